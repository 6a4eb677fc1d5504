/**
 * The Celery releases on this machine: Debian's, from the system's Python (or `CELERYQL_DEBIAN_PYTHON`), and the newest
 * one and the newest 5.6, from virtual environments (`CELERYQL_CELERY_PYTHON` and `CELERYQL_CELERY56_PYTHON`, or
 * `.venv-celery` and `.venv-celery56` in the repository, which `.ci/run` makes).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

const inVenv = (name: string): string => join(repository, name, 'bin', 'python');

/** Where each may be found; a row per release. */
const interpreters = {
  debian: process.env['CELERYQL_DEBIAN_PYTHON'] ?? '/usr/bin/python3',
  newest: process.env['CELERYQL_CELERY_PYTHON'] ?? inVenv('.venv-celery'),
  '5.6': process.env['CELERYQL_CELERY56_PYTHON'] ?? inVenv('.venv-celery56'),
} as const;

export type CeleryName = keyof typeof interpreters;

export interface CeleryVersion {
  readonly name: CeleryName;
  readonly python: string;
  /** Celery's own version, such as `5.2.6`. */
  readonly version: string;
}

export const celeryNames = Object.keys(interpreters) as CeleryName[];

/** Those that the suites of the matrix run on; the others are for what they alone do. */
export const matrixNames = ['debian', 'newest'] as const satisfies readonly CeleryName[];
export type MatrixName = (typeof matrixNames)[number];

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
