/**
 * Which tests run where. Real clusters differ by broker, by Celery release and by pool:
 *
 * - What the gateway receives, asks, counts and answers runs on every broker and with every release
 *   (`describeEachCluster`), since both the wire and the workers have their say in it. How the two meet matters to few
 *   lines, so each is seen once: the newest release on Redis, Debian's on RabbitMQ, the newest on another RabbitMQ
 *   (`CELERYQL_RABBITMQ_ROOT`). `CELERYQL_FULL_MATRIX=1` runs each with each.
 * - What only one broker has (key prefixes, lists by priority, virtual hosts...) runs on that one with every
 *   release (`describeEachCelery`), and its name says so.
 * - What depends on the pool runs as `describeEachPool`: every pool on the same clusters.
 * - What is the gateway's own (its caches, deadlines, access, `/metrics`) is the same whichever release the workers
 *   have, so it runs with one: on every broker (`describeEachBroker`), or on one (`describeOneCelery`).
 */
import { celeryVersions, matrixNames, type CeleryVersion, type MatrixName } from './celery-versions.js';
import type { Pool } from './celery-worker.js';
import { brokerNames, type BrokerName } from './broker.js';
import { describeWith, type Need } from './requirements.js';

/** Where a suite runs; `startCluster` takes it as it is. */
export interface ClusterKind {
  readonly broker: BrokerName;
  readonly version: CeleryVersion;
}

const titles = { redis: 'Redis', rabbitmq: 'RabbitMQ' } as const satisfies Record<BrokerName, string>;

const isInstalled = (release: MatrixName): boolean =>
  celeryVersions.some(({ name }) => name === release);
const newestInstalled: MatrixName = isInstalled('newest') ? 'newest' : 'debian';
const oldestInstalled: MatrixName = isInstalled('debian') ? 'debian' : newestInstalled;

/** A RabbitMQ cluster keeps its results in Redis, as many do. */
const servers = {
  redis: ['redis'],
  rabbitmq: ['rabbitmq', 'redis'],
} as const satisfies Record<BrokerName, readonly Need[]>;

const isFull = (process.env['CELERYQL_FULL_MATRIX'] ?? '') !== '';

/** Those that a broker is seen with. */
const releasesOn: Record<BrokerName, readonly MatrixName[]> = {
  redis: isFull ? matrixNames : [newestInstalled],
  rabbitmq: isFull
    ? matrixNames
    : [(process.env['CELERYQL_RABBITMQ_ROOT'] ?? '') === '' ? oldestInstalled : newestInstalled],
};

/** The suite on each broker and with each Celery release. */
export function describeEachCluster(name: string, suite: (on: ClusterKind) => void): void {
  for (const broker of brokerNames) eachRelease(releasesOn[broker], name, broker, () => [], suite);
}

/** The suite once for each broker, with the newest Celery that is installed. */
export function describeEachBroker(name: string, suite: (on: ClusterKind) => void): void {
  for (const broker of brokerNames) eachRelease([newestInstalled], name, broker, () => [], suite);
}

/** On one broker alone, because the subject exists there alone; `needs` are besides its servers. */
export function describeEachCelery(
  name: string,
  suite: (version: CeleryVersion) => void,
  broker: BrokerName = 'redis',
  needs: readonly Need[] = [],
): void {
  eachRelease(
    matrixNames,
    name,
    broker,
    () => needs,
    ({ version }) => suite(version),
  );
}

/** On one broker alone, with the newest Celery that is installed; `needs` are besides its servers. */
export function describeOneCelery(
  name: string,
  suite: (version: CeleryVersion) => void,
  broker: BrokerName = 'redis',
  needs: readonly Need[] = [],
): void {
  eachRelease(
    [newestInstalled],
    name,
    broker,
    () => needs,
    ({ version }) => suite(version),
  );
}

export const pools: readonly Pool[] = ['prefork', 'solo', 'threads', 'gevent'];

/** The suite on each broker and with each Celery release, once for each pool. */
export function describeEachPool(name: string, suite: (on: ClusterKind, pool: Pool) => void): void {
  for (const broker of brokerNames) {
    for (const pool of pools)
      eachRelease(
        releasesOn[broker],
        `${name} (${pool})`,
        broker,
        (release) => (pool === 'gevent' ? [`gevent:${release}`] : []),
        (on) => suite(on, pool),
      );
  }
}

function eachRelease(
  releases: readonly MatrixName[],
  name: string,
  broker: BrokerName,
  needs: (release: MatrixName) => readonly Need[],
  suite: (on: ClusterKind) => void,
): void {
  for (const release of releases) {
    const version = celeryVersions.find((installed) => installed.name === release);
    const title = `${name} (${titles[broker]}, Celery ${version?.version ?? release})`;
    const all: Need[] = [...servers[broker], `celery:${release}`, ...needs(release)];
    describeWith(all, title, () => {
      if (version) suite({ broker, version });
    });
  }
}
