/**
 * The Celery releases on this machine: Debian's, from the system's Python, and the newest one, from a
 * virtual environment (`CELERYQL_CELERY_PYTHON`, or `.venv-celery` in the repository, which `.ci/run` makes).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

/** Where each may be found; a row per release that the tests run on. */
const interpreters = {
  debian: '/usr/bin/python3',
  newest: process.env['CELERYQL_CELERY_PYTHON'] ?? join(repository, '.venv-celery', 'bin', 'python'),
} as const;

export type CeleryName = keyof typeof interpreters;

export interface CeleryVersion {
  readonly name: CeleryName;
  readonly python: string;
  /** Celery's own version, such as `5.2.6`. */
  readonly version: string;
}

export const celeryNames = Object.keys(interpreters) as CeleryName[];

/** Those that are installed. */
export const celeryVersions: readonly CeleryVersion[] = celeryNames.flatMap((name) => {
  const python = interpreters[name];
  const probe = spawnSync(python, ['-c', 'import celery, redis; print(celery.__version__)'], {
    encoding: 'utf8',
  });
  return probe.status === 0 ? [{ name, python, version: probe.stdout.trim() }] : [];
});

/** Without a name the first that is installed. */
export function celeryVersion(name?: CeleryName): CeleryVersion {
  const version = celeryVersions.find((installed) => name === undefined || installed.name === name);
  if (!version) throw new Error(`Celery is not installed (${name ?? celeryNames.join(', ')})`);
  return version;
}
