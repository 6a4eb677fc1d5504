/**
 * Which task of a queue has waited for longest, where the broker does not show its messages. A task that was sent and
 * not received may be purged, expired, or run by a worker without events: all that is certain is that queues are first
 * in, first out. So in a queue of n messages only the n tasks that were sent last can wait.
 */
import type { ValueIndex } from './value-index.js';

/** Queues whose emptiness is remembered; the names come from outside. */
const maxQueues = 1_000;
/** Expired tasks that are passed over in one search. */
const maxExpired = 1_000;

export class WaitingTasks {
  readonly #index: ValueIndex;
  /** Send time of the newest task that has certainly left the queue, by queue. */
  readonly #goneUpTo = new Map<string, number>();

  /** @param index the tasks that were sent and not received, by queue, sorted by `sentAt` */
  constructor(index: ValueIndex) {
    this.#index = index;
  }

  /** When the newest waiting task was sent, epoch milliseconds; null if no task is known to wait. */
  newestSentAt(queue: string): number | null {
    return this.#index.list(queue)?.last?.sentAt ?? null;
  }

  /**
   * When the task that has waited for longest was sent, epoch milliseconds; null if fewer tasks than messages are known.
   * @param messages how many messages wait
   * @param now epoch milliseconds: a task that has expired is dropped and not waited for
   */
  oldestSentAt(queue: string, messages: number, now: number): number | null {
    const walk = messages > 0 ? this.#index.list(queue)?.seekFromEnd(messages) : null;
    const goneUpTo = this.#goneUpTo.get(queue) ?? -Infinity;
    let task = walk?.next();
    if (task === undefined || (task.sentAt ?? -Infinity) <= goneUpTo) return null;
    for (let passed = 0; task !== undefined && passed < maxExpired; passed++) {
      if (task.expires === null || task.expires > now) return task.sentAt;
      task = walk?.next();
    }
    return null;
  }

  /**
   * The queue was empty, or purged: what was sent before is gone from it.
   * @param newestSentAt of the tasks that were known before the broker was asked; null if none was
   */
  emptied(queue: string, newestSentAt: number | null): void {
    if (newestSentAt === null || newestSentAt <= (this.#goneUpTo.get(queue) ?? -Infinity)) return;
    if (!this.#goneUpTo.has(queue) && this.#goneUpTo.size >= maxQueues) this.#forgetOldest();
    this.#goneUpTo.set(queue, newestSentAt);
  }

  #forgetOldest(): void {
    const [oldest] = this.#goneUpTo.keys();
    if (oldest !== undefined) this.#goneUpTo.delete(oldest);
  }
}
