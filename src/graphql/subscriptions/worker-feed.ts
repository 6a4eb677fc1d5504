/** Tells how workers come, go and fall silent, and of their heartbeats to those who want them too. */
import type { Celery } from '../../celery/celery.js';
import type { WorkerChange, WorkerChangeCause } from '../../celery/events/worker-watch.js';
import type { Worker, WorkerStatus } from '../../celery/events/worker.js';

export const workerEventTypes = [
  'ONLINE',
  'STALE',
  'OFFLINE',
  'RESTARTED',
  'FORGOTTEN',
  'HEARTBEAT',
] as const;
export type WorkerEventType = (typeof workerEventTypes)[number];

export interface WorkerNotice {
  readonly type: WorkerEventType;
  readonly worker: Worker;
  /** Null at first sight; the status it still has for a heartbeat. */
  readonly previous: WorkerStatus | null;
  /** Null for a heartbeat. */
  readonly cause: WorkerChangeCause | null;
  /** Epoch milliseconds, by our own clock. */
  readonly at: number;
}

export interface WorkerEventFilter {
  /** All but heartbeats when absent or empty. */
  readonly types?: readonly WorkerEventType[] | undefined;
  readonly hostnames?: readonly string[] | undefined;
  /** Part of the node name, in any case. */
  readonly search?: string | undefined;
}

export type WorkerNoticeListener = (notice: WorkerNotice) => void;

interface Subscriber {
  readonly types: ReadonlySet<WorkerEventType>;
  readonly passes: (hostname: string) => boolean;
  readonly listener: WorkerNoticeListener;
}

const allButHeartbeats: readonly WorkerEventType[] = workerEventTypes.filter(
  (type) => type !== 'HEARTBEAT',
);

/** Listens to the cluster only while somebody listens to it. */
export class WorkerFeed {
  readonly #celery: Pick<Celery, 'state' | 'events'>;
  readonly #subscribers = new Set<Subscriber>();
  #stop: readonly (() => void)[] = [];

  constructor(celery: Pick<Celery, 'state' | 'events'>) {
    this.#celery = celery;
  }

  /** Returns the function that stops it. */
  listen(filter: WorkerEventFilter, listener: WorkerNoticeListener): () => void {
    const { types = [], hostnames = [], search = '' } = filter;
    const named = hostnames.length > 0 ? new Set(hostnames) : null;
    const part = search.toLowerCase();
    const subscriber = {
      types: new Set(types.length > 0 ? types : allButHeartbeats),
      passes: (hostname: string) =>
        (named?.has(hostname) ?? true) && hostname.toLowerCase().includes(part),
      listener,
    };
    if (this.#subscribers.size === 0) this.#start();
    this.#subscribers.add(subscriber);
    return () => {
      if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0) return;
      for (const stop of this.#stop) stop();
    };
  }

  #start(): void {
    const { state, events } = this.#celery;
    this.#stop = [
      state.onWorkerChange((change) =>
        this.#tell(typeOf(change), change.worker.hostname, () => noticeOf(change)),
      ),
      events.onEvent((event, at) => {
        if (event.group !== 'worker' || event.subject !== 'heartbeat') return;
        this.#tell('HEARTBEAT', event.hostname, () => {
          const worker = state.worker(event.hostname);
          return worker && { type: 'HEARTBEAT', worker, previous: worker.status, cause: null, at };
        });
      }),
    ];
  }

  /** Makes the notice once, and only when somebody wants it. */
  #tell(type: WorkerEventType, hostname: string, make: () => WorkerNotice | null): void {
    let notice: WorkerNotice | null | undefined;
    for (const { types, passes, listener } of this.#subscribers) {
      if (!types.has(type) || !passes(hostname)) continue;
      notice ??= make();
      if (notice) listener(notice);
    }
  }
}

function typeOf({ cause, worker }: WorkerChange): WorkerEventType {
  return cause === 'RESTARTED' || cause === 'FORGOTTEN' ? cause : worker.status;
}

function noticeOf(change: WorkerChange): WorkerNotice {
  return { type: typeOf(change), ...change };
}
