/**
 * A whole Celery cluster of the test's own: a broker, a result backend and workers, gone when the test is over.
 * On Redis one server is both; a RabbitMQ cluster keeps its results in a Redis server of its own.
 *
 * @example
 * await using cluster = await startCluster({ workers: ['w1', { hostname: 'w2', pool: 'solo' }] });
 * await celeryInspect(cluster.application, 'ping');
 */
import { rabbitmqBroker, redisBroker, type BrokerName, type ClusterBroker } from './broker.js';
import type { BrokerTap } from './broker-tap.js';
import { celeryVersion, type CeleryVersion } from './celery-versions.js';
import { startWorker, type CeleryWorker, type WorkerOptions } from './celery-worker.js';
import type { Application } from './python.js';
import { startRedis, type RedisOptions, type RedisServer } from './redis.js';

/** A name, or a worker's options without those that the cluster knows. */
export type ClusterWorker = string | Partial<WorkerOptions>;

export interface ClusterOptions {
  /** Default: the first that is installed. */
  readonly version?: CeleryVersion | undefined;
  /** Default: `redis`. */
  readonly broker?: BrokerName | undefined;
  /** A broker that the test may stop: on RabbitMQ that takes ten seconds more, on Redis it always is. */
  readonly ownBroker?: boolean | undefined;
  readonly workers: readonly ClusterWorker[];
  readonly redis?: RedisOptions | undefined;
  /** For the workers and for Celery's own clients, such as `KEYPREFIX`; see `cluster.py`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Resolves when every worker is ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { python } = options.version ?? celeryVersion();
  const redis = await startRedis(options.redis);
  const cluster = new Cluster(redis, await brokerBeside(redis, options), python, options.env);
  const started = await Promise.allSettled(options.workers.map((worker) => cluster.startWorker(worker)));
  const failure = started.find((worker) => worker.status === 'rejected');
  if (!failure) return cluster;
  await cluster[Symbol.asyncDispose]();
  throw failure.reason;
}

async function brokerBeside(redis: RedisServer, options: ClusterOptions): Promise<ClusterBroker> {
  const { broker = 'redis', ownBroker = false } = options;
  if (broker === 'redis') return redisBroker(redis);
  try {
    return await rabbitmqBroker(ownBroker);
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

export class Cluster implements AsyncDisposable {
  /** Of the results, and on Redis of everything. */
  readonly redis: RedisServer;
  /** What Celery's own clients need to talk to this cluster. */
  readonly application: Application;
  readonly #broker: ClusterBroker;
  readonly #workers: CeleryWorker[] = [];

  constructor(redis: RedisServer, broker: ClusterBroker, python: string, env: Application['env']) {
    this.redis = redis;
    this.#broker = broker;
    const resultBackend = broker.name === 'redis' ? undefined : redis.url();
    this.application = { python, broker: broker.url, resultBackend, env };
  }

  /** Its URL. */
  get broker(): string {
    return this.application.broker;
  }

  get brokerName(): BrokerName {
    return this.#broker.name;
  }

  /** Of the broker, to make it fail. */
  get server(): ClusterBroker['server'] {
    return this.#broker.server;
  }

  /** RabbitMQ's; a Redis cluster has none. */
  get vhost(): NonNullable<ClusterBroker['vhost']> {
    if (!this.#broker.vhost) throw new Error('Redis has no virtual hosts');
    return this.#broker.vhost;
  }

  /** Records what goes through the broker from now on. */
  tap(): Promise<BrokerTap> {
    return this.#broker.tap();
  }

  /** In the order of their node names, whichever was ready first. */
  get workers(): readonly CeleryWorker[] {
    return this.#workers.toSorted((a, b) => (a.hostname < b.hostname ? -1 : 1));
  }

  get hostnames(): string[] {
    return this.workers.map((worker) => worker.hostname);
  }

  /** By its node name, or the part before the `@`. */
  worker(name: string): CeleryWorker {
    const worker = this.#workers.find(
      ({ hostname }) => hostname === name || hostname.startsWith(`${name}@`),
    );
    if (!worker) throw new Error(`No worker ${name} among ${this.hostnames.join(', ')}`);
    return worker;
  }

  /** One more; it stops with the others. */
  async startWorker(worker: ClusterWorker): Promise<CeleryWorker> {
    const options = typeof worker === 'string' ? { hostname: worker } : worker;
    const env = { ...this.application.env, ...options.env };
    const started = await startWorker({ ...this.application, ...options, env });
    this.#workers.push(started);
    return started;
  }

  /** Workers first, while the broker can still take their goodbye events. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
    await this.#broker[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}
