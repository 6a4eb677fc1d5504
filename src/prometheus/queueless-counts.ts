/**
 * Counts of tasks whose queue is not known yet. `task-received` names no queue, and often overtakes the `task-sent` that
 * does; a counter cannot be moved to another series afterwards. So what is to be counted waits a moment for its queue.
 */

import { endUnknown, taskStates } from '../celery/states.js';
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

/** The states whose counts are bits of a number. */
const plainStates = [...taskStates, endUnknown] as const;
const stateBits: ReadonlyMap<string, number> = new Map(plainStates.map((state, at) => [state, 1 << at]));

/**
 * The counts of one task, in a single small object: each task of a busy cluster leaves one behind that has lived just
 * long enough to cost the garbage collector most. A list of counts for each took 35 MB, and 15 % of the processor time
 * of an event, while 100,000 tasks came in.
 */
class WaitingCounts {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Null while it is unknown. */
  name: string | null;
  /** Bits of `plainStates`. */
  #states = 0;
  #runtime: number | null = null;
  #queueWait: number | null = null;
  /** What does not fit into the above: custom states, and what was counted already. */
  #others: TaskCount[] | null = null;

  constructor({ id, name }: CountedTask, since: number) {
    this.id = id;
    this.name = name;
    this.since = since;
  }

  add(count: TaskCount): void {
    const { state, runtime, queueWait } = count;
    const bit = state === null ? 0 : stateBits.get(state);
    const isRepeated =
      (runtime !== null && this.#runtime !== null) || (queueWait !== null && this.#queueWait !== null);
    if (bit === undefined || (this.#states & bit) !== 0 || isRepeated) {
      (this.#others ??= []).push(count);
      return;
    }
    this.#states |= bit;
    this.#runtime ??= runtime;
    this.#queueWait ??= queueWait;
  }

  /** They add up to what was added. */
  counts(): readonly TaskCount[] {
    const counts: TaskCount[] = [{ state: null, runtime: this.#runtime, queueWait: this.#queueWait }];
    for (const [at, state] of plainStates.entries())
      if ((this.#states >> at) & 1) counts.push({ state, runtime: null, queueWait: null });
    return this.#others === null ? counts : [...counts, ...this.#others];
  }
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
  readonly #waiting = new Map<string, WaitingCounts>();
  /**
   * In the order in which they came, from `#first` on; what is not in the map any more has ended. The map has the same
   * order, but looking for its first entry takes as long as it has deleted ones.
   */
  #order: WaitingCounts[] = [];
  #first = 0;
  /** At first it is unknown whether senders report queues. */
  #lastQueueAt: number;

  constructor(options: QueuelessCountsOptions) {
    this.#options = options;
    this.#lastQueueAt = options.clock();
  }

  /** To be called for every change of a task; true if its count waits. */
  holds(task: CountedTask, count: TaskCount): boolean {
    const { id, name, queue, sentAt } = task;
    const now = this.#options.clock();
    this.settle();
    const waiting = this.#waiting.get(id);
    if (queue !== null) {
      this.#lastQueueAt = now;
      if (waiting !== undefined) this.#end(waiting, name, queue);
      return false;
    }
    // Where no sender reports queues, or this one has not, nothing is waited for.
    if (now - this.#lastQueueAt > reported || sentAt !== null) return false;
    const held = waiting ?? this.#begin(task, now);
    held.name = name;
    held.add(count);
    return true;
  }

  /** Counts those that have waited long enough, and the earliest if too many wait. */
  settle(): void {
    const now = this.#options.clock();
    for (; ; this.#first++) {
      const waiting = this.#order[this.#first];
      if (waiting === undefined) break;
      if (this.#waiting.get(waiting.id) !== waiting) continue;
      const isDue = Math.abs(now - waiting.since) >= patience || this.#waiting.size > maxWaiting;
      if (!isDue) break;
      this.#end(waiting, waiting.name, null);
    }
    if (this.#first < maxWaiting) return;
    this.#order = this.#order.slice(this.#first);
    this.#first = 0;
  }

  #begin(task: CountedTask, now: number): WaitingCounts {
    const waiting = new WaitingCounts(task, now);
    this.#waiting.set(task.id, waiting);
    this.#order.push(waiting);
    return waiting;
  }

  #end(waiting: WaitingCounts, name: string | null, queue: string | null): void {
    this.#waiting.delete(waiting.id);
    this.#options.onSettled(name, queue, waiting.counts());
  }
}
