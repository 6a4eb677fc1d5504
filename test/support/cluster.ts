/**
 * A whole Celery cluster of the test's own: a Redis server and workers, gone when the test is over.
 *
 * @example
 * await using cluster = await startCluster({ workers: ['w1', { hostname: 'w2', pool: 'solo' }] });
 * await celeryInspect(cluster.application, 'ping');
 */
import { celeryVersion, type CeleryVersion } from './celery-versions.js';
import { startWorker, type CeleryWorker, type WorkerOptions } from './celery-worker.js';
import type { Application } from './python.js';
import { startRedis, type RedisOptions, type RedisServer } from './redis.js';

/** A name, or a worker's options without those that the cluster knows. */
export type ClusterWorker = string | Partial<WorkerOptions>;

export interface ClusterOptions {
  /** The first that is installed unless told otherwise. */
  readonly version?: CeleryVersion | undefined;
  readonly workers: readonly ClusterWorker[];
  readonly redis?: RedisOptions | undefined;
  /** For the workers and for Celery's own clients, such as `KEYPREFIX`; see `cluster.py`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Resolves when every worker is ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { python } = options.version ?? celeryVersion();
  const redis = await startRedis(options.redis);
  const cluster = new Cluster(redis, { python, broker: redis.url(), env: options.env });
  const started = await Promise.allSettled(options.workers.map((worker) => cluster.startWorker(worker)));
  const failure = started.find((worker) => worker.status === 'rejected');
  if (!failure) return cluster;
  await cluster[Symbol.asyncDispose]();
  throw failure.reason;
}

export class Cluster implements AsyncDisposable {
  readonly redis: RedisServer;
  /** What Celery's own clients need to talk to this cluster. */
  readonly application: Application;
  readonly #workers: CeleryWorker[] = [];

  constructor(redis: RedisServer, application: Application) {
    this.redis = redis;
    this.application = application;
  }

  get broker(): string {
    return this.application.broker;
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

  /** Workers first, while the broker can still hear their goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }
}
