/** One worker node as the gateway knows it. Counterpart of `celery.events.state.Worker`. Times are epoch milliseconds. */

/**
 * ONLINE: its last heartbeat is less than two periods old (Celery's own rule). STALE: its heartbeats are late, and it
 * answers, works, or has not been late for long: a solo pool sends nothing while a task runs. OFFLINE: it said goodbye,
 * or it missed three heartbeats and does not answer either. A worker without heartbeats is ONLINE as long as it answers.
 */
export type WorkerStatus = 'ONLINE' | 'STALE' | 'OFFLINE';

/** An immutable snapshot of a worker. Null means unknown: the worker has not reported it. */
export interface Worker {
  readonly hostname: string;
  readonly status: WorkerStatus;
  readonly lastHeartbeatAt: number | null;
  readonly pid: number | null;
  readonly softwareIdent: string | null;
  readonly softwareVersion: string | null;
  readonly softwareSystem: string | null;
  /** Seconds between its own heartbeats; null while it has sent none, as with `--without-heartbeat`. */
  readonly freqSeconds: number | null;
  /** 1, 5 and 15 minutes; null while it is not ONLINE. */
  readonly loadAverage: readonly number[] | null;
  /** Tasks finished between its start and its last heartbeat. */
  readonly processed: number | null;
  /** Tasks running, as its last heartbeat said; null while it is not ONLINE. */
  readonly activeCount: number | null;
  /** Lamport clock of its last event. */
  readonly clock: number | null;
  /** Whether remote control reaches it; null if unknown. */
  readonly listening: boolean | null;
  /** Whether two processes send events under this name, so that their reports are mixed up. */
  readonly duplicateNodename: boolean;
}
