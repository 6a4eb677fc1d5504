/** What a worker has in its hands, by task id. Counterpart of `celery.worker.state`. */
import type { TaskRequest } from './request.js';

/** Celery remembers 50 000; an embedded cluster needs fewer. */
const maxRevoked = 1_000;

export interface ActiveTask {
  readonly request: TaskRequest;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  abort(reason: Error): void;
}

export class WorkerState {
  /** Received, held until their ETA. */
  readonly scheduled = new Map<string, TaskRequest>();
  /** Received, waiting for a free place in the pool. */
  readonly reserved = new Map<string, TaskRequest>();
  readonly active = new Map<string, ActiveTask>();
  readonly revoked = new Set<string>();
  /** Started since the worker's start, by task name. */
  readonly total = new Map<string, number>();
  processed = 0;

  count(name: string): void {
    this.processed += 1;
    this.total.set(name, (this.total.get(name) ?? 0) + 1);
  }

  revoke(id: string): void {
    this.revoked.add(id);
    for (const oldest of this.revoked) {
      if (this.revoked.size <= maxRevoked) break;
      this.revoked.delete(oldest);
    }
  }
}
