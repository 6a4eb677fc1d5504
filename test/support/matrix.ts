/**
 * Which tests run where. Real clusters differ by broker, by Celery release and by pool:
 *
 * - What the gateway hears, asks, counts and answers runs on every broker with every release
 *   (`describeEachCluster`), since both the wire and the workers have their say in it.
 * - What only one broker has (key prefixes, lists by priority, virtual hosts...) runs on that one with every
 *   release (`describeEachCelery`), and its name says so.
 * - What depends on the pool runs as `describeEachPool`: every pool on every broker with every release.
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

/** A RabbitMQ cluster keeps its results in Redis, as many do. */
const servers = {
  redis: ['redis'],
  rabbitmq: ['rabbitmq', 'redis'],
} as const satisfies Record<BrokerName, readonly Need[]>;

/** The suite once for each broker and each Celery release. */
export function describeEachCluster(name: string, suite: (on: ClusterKind) => void): void {
  for (const broker of brokerNames) eachRelease(name, broker, () => [], suite);
}

/** On one broker alone, because the subject exists there alone; `needs` are besides its servers. */
export function describeEachCelery(
  name: string,
  suite: (version: CeleryVersion) => void,
  broker: BrokerName = 'redis',
  needs: readonly Need[] = [],
): void {
  eachRelease(
    name,
    broker,
    () => needs,
    ({ version }) => suite(version),
  );
}

export const pools: readonly Pool[] = ['prefork', 'solo', 'threads', 'gevent'];

/** The suite once for each broker, each Celery release and each pool. */
export function describeEachPool(name: string, suite: (on: ClusterKind, pool: Pool) => void): void {
  for (const broker of brokerNames) {
    for (const pool of pools)
      eachRelease(
        `${name} (${pool})`,
        broker,
        (release) => (pool === 'gevent' ? [`gevent:${release}`] : []),
        (on) => suite(on, pool),
      );
  }
}

function eachRelease(
  name: string,
  broker: BrokerName,
  needs: (release: MatrixName) => readonly Need[],
  suite: (on: ClusterKind) => void,
): void {
  for (const release of matrixNames) {
    const version = celeryVersions.find((installed) => installed.name === release);
    const title = `${name} (${titles[broker]}, Celery ${version?.version ?? release})`;
    const all: Need[] = [...servers[broker], `celery:${release}`, ...needs(release)];
    describeWith(all, title, () => {
      if (version) suite({ broker, version });
    });
  }
}
