/** Reports how workers come, go and fall silent, and their heartbeats to subscribers who ask for them. */
import type { Celery } from '../celery/celery.js';
import { Listeners } from '../listeners.js';
import type { WorkerChange, WorkerChangeCause } from '../celery/events/worker-status-emitter.js';
import type { Worker, WorkerStatus } from '../celery/events/worker.js';

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

const allButHeartbeats: readonly WorkerEventType[] = workerEventTypes.filter(
  (type) => type !== 'HEARTBEAT',
);

type WatchedCelery = Pick<Celery, 'state' | 'events' | 'onListenerError'>;
/** `notice` makes the notice once, and only when a subscriber needs it. */
type Subscriber = (type: WorkerEventType, hostname: string, notice: () => WorkerNotice | null) => void;

/** Listens to the cluster only while it has listeners itself. */
export class WorkerFeed {
  readonly #celery: WatchedCelery;
  readonly #listeners: Listeners<Parameters<Subscriber>>;
  #stop: readonly (() => void)[] = [];

  constructor(celery: WatchedCelery) {
    this.#celery = celery;
    this.#listeners = new Listeners('worker events', celery.onListenerError);
  }

  /** Returns the function that stops it. */
  listen(filter: WorkerEventFilter, listener: WorkerNoticeListener): () => void {
    const { types = [], hostnames = [], search = '' } = filter;
    const named = hostnames.length > 0 ? new Set(hostnames) : null;
    const part = search.toLowerCase();
    const wanted = new Set(types.length > 0 ? types : allButHeartbeats);
    const passes = (hostname: string): boolean =>
      (named?.has(hostname) ?? true) && hostname.toLowerCase().includes(part);
    if (this.#listeners.size === 0) this.#start();
    const remove = this.#listeners.add((type, hostname, notice) => {
      if (!wanted.has(type) || !passes(hostname)) return;
      const made = notice();
      if (made !== null) listener(made);
    });
    let isListening = true;
    return () => {
      if (!isListening) return;
      isListening = false;
      remove();
      if (this.#listeners.size > 0) return;
      for (const stop of this.#stop) stop();
    };
  }

  #start(): void {
    const { state, events } = this.#celery;
    this.#stop = [
      state.onWorkerChange((change) =>
        this.#notify(typeOf(change), change.worker.hostname, () => noticeOf(change)),
      ),
      events.onEvent((event, at) => {
        if (event.group !== 'worker' || event.subject !== 'heartbeat') return;
        this.#notify('HEARTBEAT', event.hostname, () => {
          const worker = state.worker(event.hostname);
          return worker && { type: 'HEARTBEAT', worker, previous: worker.status, cause: null, at };
        });
      }),
    ];
  }

  #notify(type: WorkerEventType, hostname: string, make: () => WorkerNotice | null): void {
    let notice: WorkerNotice | null | undefined;
    this.#listeners.notify(type, hostname, () => (notice === undefined ? (notice = make()) : notice));
  }
}

function typeOf({ cause, worker }: WorkerChange): WorkerEventType {
  return cause === 'RESTARTED' || cause === 'FORGOTTEN' ? cause : worker.status;
}

function noticeOf(change: WorkerChange): WorkerNotice {
  return { type: typeOf(change), ...change };
}
