/** A whole Celery cluster in this process, for a first look at the gateway without any server. */
import { ListenerFailureLog } from '../listener-failure-log.js';
import type { Redaction } from '../celery/redaction/redactor.js';
import type { Logger } from '../log.js';
import { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import { MemoryResultBackend, MemoryTransport } from '../celery/transport/memory/memory.js';
import { DemoClient } from './client.js';
import { Producer } from './producer.js';
import { seededRandom } from './random.js';
import { demoTasks, mediaQueue } from './tasks.js';
import { DemoWorker } from './worker.js';

/** The media worker alone cannot keep up with a burst; the second worker helps out. */
const workerRows = [
  { hostname: 'worker1@embedded', queues: ['default'], concurrency: 4 },
  { hostname: 'worker2@embedded', queues: ['default', mediaQueue], concurrency: 4 },
  { hostname: 'media@embedded', queues: [mediaQueue], concurrency: 2 },
] as const;

export interface EmbeddedClusterOptions {
  readonly log: Logger;
  /** The same seed produces the same sequence of tasks; another one each time by default. */
  readonly seed?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly redaction?: Redaction | undefined;
}

export interface EmbeddedCluster extends AsyncDisposable {
  /** Not started yet: that is the gateway's affair. */
  readonly transport: MemoryTransport;
  readonly results: MemoryResultBackend;
  /** The queue of all its tasks. */
  readonly defaultQueue: string;
}

/**
 * Three workers and a producer that keeps them busy. Nothing of it keeps the process alive, and several
 * clusters do not know of each other.
 *
 * @example
 * await using cluster = startEmbeddedCluster({ log });
 * cluster.transport.start();
 */
export function startEmbeddedCluster({
  log,
  seed = Math.floor(Math.random() * 2 ** 32),
  now = Date.now,
  redaction,
}: EmbeddedClusterOptions): EmbeddedCluster {
  const bus = new MemoryBus({ maxResults: 5_000 });
  const workers = workerRows.map(
    (row, index) =>
      new DemoWorker({
        ...row,
        tasks: demoTasks,
        bus,
        log,
        now,
        random: seededRandom(seed + index + 1),
      }),
  );
  const producer = new Producer({
    client: new DemoClient({ bus, now }),
    random: seededRandom(seed),
    log,
  });
  const listenerFailures = new ListenerFailureLog(log);
  const transport = new MemoryTransport(bus, { now, onListenerError: listenerFailures.add });
  const results = new MemoryResultBackend(bus, redaction);

  for (const worker of workers) {
    worker.start().catch((error: unknown) => {
      log.error('embedded worker did not start', { worker: worker.hostname, error });
    });
  }
  producer.start();

  return {
    transport,
    results,
    defaultQueue: 'default',
    async [Symbol.asyncDispose]() {
      producer.stop();
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
      await Promise.all([transport[Symbol.asyncDispose](), results[Symbol.asyncDispose]()]);
      listenerFailures[Symbol.dispose]();
    },
  };
}
