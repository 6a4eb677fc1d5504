/** One worker node as the gateway knows it. Counterpart of `celery.events.state.Worker`. Times are epoch milliseconds. */

/**
 * ONLINE: heard within two heartbeats (Celery's own rule). STALE: late, though it may only be busy: a solo pool
 * sends nothing while a task runs. OFFLINE: said goodbye, or missed more than three heartbeats.
 */
export type WorkerStatus = 'ONLINE' | 'STALE' | 'OFFLINE';

/** An immutable picture of a worker. Null means: it has not told. */
export interface Worker {
  readonly hostname: string;
  readonly status: WorkerStatus;
  readonly lastHeartbeatAt: number | null;
  readonly pid: number | null;
  readonly softwareIdent: string | null;
  readonly softwareVersion: string | null;
  readonly softwareSystem: string | null;
  /** Seconds between heartbeats. */
  readonly freqSeconds: number | null;
  /** 1, 5 and 15 minutes. */
  readonly loadAverage: readonly number[] | null;
  /** Tasks finished since it started. */
  readonly processed: number | null;
  /** Tasks running, as its last heartbeat said. */
  readonly activeCount: number | null;
  /** Lamport clock of its last event. */
  readonly clock: number | null;
  /** Whether two processes take turns under this name, which mixes up what they tell. */
  readonly duplicateNodename: boolean;
}
