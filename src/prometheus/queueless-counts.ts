/**
 * Counts of tasks whose queue is not known yet. `task-received` names no queue, and often overtakes the `task-sent` that
 * does; a counter cannot be moved to another series afterwards. So what is to be counted waits a moment for its queue.
 */

import type { UnfinishedTask } from '../celery/tasks/task-record.js';

/** What one change of a task adds to its series. */
export interface TaskCount {
  /** The state that it took on; null for none. */
  readonly state: string | null;
  /** Seconds; null if nothing was measured. */
  readonly runtime: number | null;
  readonly queueWait: number | null;
}

export type CountedTask = Pick<UnfinishedTask, 'id' | 'name' | 'queue' | 'sentAt'>;

interface Waiting {
  /** Null while it is unknown. */
  name: string | null;
  readonly since: number;
  readonly counts: TaskCount[];
}

export interface QueuelessCountsOptions {
  /** Called when a queue has become known, and with null when it has not come in time. */
  readonly onSettled: (name: string | null, queue: string | null, counts: readonly TaskCount[]) => void;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Milliseconds that a count waits for its queue: both events are on their way at the same time. */
const patience = 1_000;
const maxWaiting = 10_000;
/** Milliseconds after the last task whose queue was reported, in which the queue of another one may be reported too. */
const reported = 60_000;

export class QueuelessCounts {
  readonly #options: QueuelessCountsOptions;
  /** By task id. */
  readonly #waiting = new Map<string, Waiting>();
  /**
   * In the order in which they came, from `#first` on; what is not in the map any more has ended. The map has the same
   * order, but looking for its first entry takes as long as it has deleted ones.
   */
  #order: { readonly id: string; readonly waiting: Waiting }[] = [];
  #first = 0;
  /** At first it is unknown whether senders report queues. */
  #lastQueueAt: number;

  constructor(options: QueuelessCountsOptions) {
    this.#options = options;
    this.#lastQueueAt = options.clock();
  }

  /** To be called for every change of a task; true if its count waits. */
  holds({ id, name, queue, sentAt }: CountedTask, count: TaskCount): boolean {
    const now = this.#options.clock();
    this.settle();
    const waiting = this.#waiting.get(id);
    if (queue !== null) {
      this.#lastQueueAt = now;
      if (waiting !== undefined) this.#end(id, { ...waiting, name }, queue);
      return false;
    }
    // Where no sender reports queues, or this one has not, nothing is waited for.
    if (now - this.#lastQueueAt > reported || sentAt !== null) return false;
    if (waiting === undefined) {
      const added = { name, since: now, counts: [count] };
      this.#waiting.set(id, added);
      this.#order.push({ id, waiting: added });
    } else {
      waiting.name = name;
      waiting.counts.push(count);
    }
    return true;
  }

  /** Counts those that have waited long enough, and the earliest if too many wait. */
  settle(): void {
    const now = this.#options.clock();
    for (; ; this.#first++) {
      const entry = this.#order[this.#first];
      if (entry === undefined) break;
      const { id, waiting } = entry;
      if (this.#waiting.get(id) !== waiting) continue;
      const isDue = Math.abs(now - waiting.since) >= patience || this.#waiting.size > maxWaiting;
      if (!isDue) break;
      this.#end(id, waiting, null);
    }
    if (this.#first < maxWaiting) return;
    this.#order = this.#order.slice(this.#first);
    this.#first = 0;
  }

  #end(id: string, { name, counts }: Waiting, queue: string | null): void {
    this.#waiting.delete(id);
    this.#options.onSettled(name, queue, counts);
  }
}
