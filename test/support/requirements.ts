/**
 * Which suites can run here. One that lacks a server is skipped with a line that says so; with
 * `CELERYQL_REQUIRE_SERVERS=1`, as in CI, it fails instead, so that nothing is skipped unnoticed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { celeryVersions, type CeleryName } from './celery-versions.js';
import { grant, revoke } from './guard.js';
import { hasPythonClients } from './python-clients.js';
import { hasRabbitMQ } from './rabbitmq.js';

/** A browser for playwright-core, which brings none. */
export const chromiumPath = process.env['CELERYQL_CHROMIUM'] ?? '/usr/bin/chromium';

const hasCelery = (name: CeleryName) => celeryVersions.some((version) => version.name === name);

const imports = (release: CeleryName, module: string) =>
  celeryVersions.some(
    ({ name, python }) => name === release && spawnSync(python, ['-c', `import ${module}`]).status === 0,
  );

const requirements = {
  redis: {
    missing: 'redis-server is not installed',
    found: () => spawnSync('redis-server', ['--version']).status === 0,
  },
  'redis:tls': {
    missing: 'redis-server is built without TLS',
    found: () => {
      // It stops at the first line that it does not know, and never starts.
      const { stderr } = spawnSync('redis-server', ['--tls-port', '0', '--no-such-line', '1'], {
        encoding: 'utf8',
      });
      return typeof stderr === 'string' && stderr.includes('no-such-line');
    },
  },
  curl: {
    missing: 'curl is not installed',
    found: () => spawnSync('curl', ['--version']).status === 0,
  },
  openssl: {
    missing: 'openssl is not installed',
    found: () => spawnSync('openssl', ['version']).status === 0,
  },
  rabbitmq: {
    missing: 'rabbitmq-server, or the epmd that it needs, is not installed',
    found: hasRabbitMQ,
  },
  'celery:debian': {
    missing: "Debian's python3-celery and python3-redis are not installed (or CELERYQL_DEBIAN_PYTHON)",
    found: () => hasCelery('debian'),
  },
  'celery:newest': {
    missing: 'the newest Celery is not installed (.venv-celery, or CELERYQL_CELERY_PYTHON)',
    found: () => hasCelery('newest'),
  },
  'celery:5.6': {
    missing: 'Celery 5.6 is not installed (.venv-celery56, or CELERYQL_CELERY56_PYTHON)',
    found: () => hasCelery('5.6'),
  },
  'gevent:debian': {
    missing: "Debian's python3-gevent is not installed",
    found: () => imports('debian', 'gevent'),
  },
  'gevent:newest': {
    missing: "gevent is not installed for the newest Celery's Python",
    found: () => imports('newest', 'gevent'),
  },
  'yaml:debian': {
    missing: "Debian's python3-yaml is not installed",
    found: () => imports('debian', 'yaml'),
  },
  'serializers:5.6': {
    missing: "msgpack and pyyaml are not installed for Celery 5.6's Python",
    found: () => imports('5.6', 'msgpack, yaml'),
  },
  'serializers:newest': {
    missing: "msgpack and pyyaml are not installed for the newest Celery's Python",
    found: () => imports('newest', 'msgpack, yaml'),
  },
  requests: {
    missing: "the library requests is not installed for the newest Celery's Python",
    found: () => imports('newest', 'requests'),
  },
  'python-clients': {
    missing: 'clients in Python are not installed (.venv-clients, or CELERYQL_CLIENTS_PYTHON)',
    found: hasPythonClients,
  },
  promtool: {
    missing: 'promtool is not installed (Debian: prometheus)',
    found: () => spawnSync('promtool', ['--version']).status === 0,
  },
  chromium: {
    missing: `chromium is not installed (${chromiumPath}, or CELERYQL_CHROMIUM)`,
    found: () => existsSync(chromiumPath),
  },
} as const satisfies Record<string, { missing: string; found: () => boolean }>;

export type Need = keyof typeof requirements;

/** What is missing for these needs, in words; empty when nothing is. */
export function missing(needs: readonly Need[]): string[] {
  return needs.flatMap((need) => (isFound(need) ? [] : [requirements[need].missing]));
}

/** Looked for once: it takes a process each. */
const found = new Map<Need, boolean>();

function isFound(need: Need): boolean {
  const known = found.get(need) ?? requirements[need].found();
  found.set(need, known);
  return known;
}

/** A suite that needs servers; only while it runs may they be started. */
export function describeWith(needs: readonly Need[], name: string, suite: () => void): void {
  const lacking = missing(needs).join('; ');
  if (lacking === '') {
    describe(name, () => {
      beforeAll(() => grant(needs));
      afterAll(() => revoke(needs));
      suite();
    });
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

export { describeEachCelery } from './matrix.js';
