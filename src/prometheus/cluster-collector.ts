/** What is counted of one cluster from the start, as it happens, and where the rest of its figures come from. */
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheStatus } from '../cache/cache-status.js';
import type { InspectResult } from '../celery/inspect/inspect.js';
import type { Queue } from '../celery/queues/queues.js';
import type { Cluster } from '../cluster/cluster.js';
import { readRequest } from '../cluster/read-row.js';
import type { Read } from '../cluster/read-row.js';
import { Reader } from '../cluster/reader.js';
import { reads } from '../cluster/reads.js';
import { Buckets, eventLagBounds } from './buckets.js';
import { Source } from './source.js';
import { TaskTally } from './task-tally.js';
import type { TaskTallyOptions } from './task-tally.js';

/** What a scrape says that was read through one cache. */
export interface ScrapeReads {
  hit: number;
  miss: number;
}

/** Twice as many as the cluster's state remembers, so that it is seldom looked through. */
const maxGone = 40_000;

export class ClusterCollector implements Disposable {
  readonly cluster: Cluster;
  readonly tasks: TaskTally;
  readonly eventLag = new Buckets(eventLagBounds);
  readonly queues: Source<readonly Queue[]>;
  readonly stats: Source<InspectResult<'stats'>>;
  readonly activeQueues: Source<InspectResult<'active_queues'>>;
  /** The reads of the scrapes themselves, which the caches count as everybody's. */
  readonly scrapeReads = new Map<CacheName, ScrapeReads>();
  readonly #stop: readonly (() => void)[];
  /** Workers that said goodbye, and have not come back. */
  readonly #gone = new Set<string>();

  constructor(cluster: Cluster, options: Omit<TaskTallyOptions, 'clock'>) {
    const { celery } = cluster;
    this.cluster = cluster;
    this.tasks = new TaskTally({ ...options, clock: celery.clock });
    const request = readRequest('metrics', true);
    const source = <T>(read: Read<T>): Source<T> => {
      const load = (status: CacheStatus): Promise<T> => new Reader(cluster, status).read(read, request);
      return new Source({ cache: read.cache, load, onRead: (...counted) => this.#read(...counted) });
    };
    const scope = { all: true } as const;
    this.queues = source(reads.queues());
    this.stats = source(reads.inspect('stats', { cache: 'worker_status', scope }));
    this.activeQueues = source(reads.inspect('active_queues', { cache: 'queue_status', scope }));
    this.#stop = [
      celery.state.onTaskChange((...change) => this.tasks.changed(...change)),
      celery.events.onEvent(({ timestampMs }) => {
        this.eventLag.observe(Math.max(0, celery.clock() - timestampMs) / 1000);
      }),
      celery.state.onWorkerChange(({ worker: { hostname }, cause }) => {
        if (cause === 'SAID_GOODBYE') this.#leaves(hostname);
        else this.#gone.delete(hostname);
      }),
    ];
  }

  /** Whether it shut down in order: then it is not missed. */
  isGone(hostname: string): boolean {
    return this.#gone.has(hostname);
  }

  /** Who is not known to the cluster any more need not be remembered either. */
  forgetGone(known: ReadonlySet<string>): void {
    for (const hostname of this.#gone) if (!known.has(hostname)) this.#gone.delete(hostname);
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stop) stop();
  }

  /** A flood of names pushes workers out without a notice, and there may be no scrape to forget them. */
  #leaves(hostname: string): void {
    this.#gone.add(hostname);
    if (this.#gone.size <= maxGone) return;
    const workers = this.cluster.celery.state.workers();
    this.forgetGone(new Set(workers.map((worker) => worker.hostname)));
  }

  #read(cache: CacheName, result: 'hit' | 'miss'): void {
    const reads = this.scrapeReads.get(cache) ?? { hit: 0, miss: 0 };
    reads[result]++;
    this.scrapeReads.set(cache, reads);
  }
}
