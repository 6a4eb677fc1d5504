/**
 * Which suites can run here. One that lacks a server is skipped with a line that says so; with
 * `CELERYQL_REQUIRE_SERVERS=1`, as in CI, it fails instead, so that nothing is skipped unnoticed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { celeryNames, celeryVersions, type CeleryName, type CeleryVersion } from './celery-versions.js';

/** A browser for playwright-core, which brings none. */
export const chromiumPath = process.env['CELERYQL_CHROMIUM'] ?? '/usr/bin/chromium';

const hasCelery = (name: CeleryName) => celeryVersions.some((version) => version.name === name);

const requirements = {
  redis: {
    missing: 'redis-server is not installed',
    found: () => spawnSync('redis-server', ['--version']).status === 0,
  },
  'celery:debian': {
    missing: "Debian's python3-celery and python3-redis are not installed",
    found: () => hasCelery('debian'),
  },
  'celery:newest': {
    missing: 'the newest Celery is not installed (.venv-celery, or CELERYQL_CELERY_PYTHON)',
    found: () => hasCelery('newest'),
  },
  requests: {
    missing: "the library requests is not installed for the newest Celery's Python",
    found: () =>
      celeryVersions.some(
        ({ name, python }) =>
          name === 'newest' && spawnSync(python, ['-c', 'import requests']).status === 0,
      ),
  },
  chromium: {
    missing: `chromium is not installed (${chromiumPath}, or CELERYQL_CHROMIUM)`,
    found: () => existsSync(chromiumPath),
  },
} as const satisfies Record<string, { missing: string; found: () => boolean }>;

export type Need = keyof typeof requirements;

/** What is missing for these needs, in words; empty when nothing is. */
export function missing(needs: readonly Need[]): string[] {
  return needs
    .map((need) => requirements[need])
    .flatMap(({ found, missing }) => (found() ? [] : [missing]));
}

/** A suite that needs servers. */
export function describeWith(needs: readonly Need[], name: string, suite: () => void): void {
  const lacking = missing(needs).join('; ');
  if (lacking === '') {
    describe(name, suite);
  } else if (process.env['CELERYQL_REQUIRE_SERVERS'] === '1') {
    describe(name, () => {
      it('has the servers that it needs', () => {
        throw new Error(lacking);
      });
    });
  } else {
    console.warn(`skipped: ${name}: ${lacking}`);
    // Not the suite itself: even of a skipped one the body would run, and may look for what is not there.
    describe.skip(name, () => it(lacking, () => undefined));
  }
}

/** The suite once for each Celery release, with a Redis server at hand. */
export function describeEachCelery(name: string, suite: (version: CeleryVersion) => void): void {
  for (const release of celeryNames) {
    const version = celeryVersions.find((installed) => installed.name === release);
    const title = `${name} (Celery ${version?.version ?? release})`;
    describeWith(['redis', `celery:${release}`], title, () => {
      if (version) suite(version);
    });
  }
}
