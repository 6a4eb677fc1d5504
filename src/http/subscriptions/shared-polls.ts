/** The polls of this moment: subscribers of the same question share one. */
import type { PollingOptions } from '../../cache/polling-iterator.js';
import { SharedPoll } from './shared-poll.js';
import type { PollSubscriber } from './shared-poll.js';

export class SharedPolls<T> {
  readonly #polls = new Map<string, SharedPoll<unknown, T>>();

  /** Polls that have subscribers. */
  get size(): number {
    return this.#polls.size;
  }

  /**
   * @param key of the question
   * @param polled what the question asks for; not used where there are subscribers of the question already
   * @param make what each look is made into, once for all of them
   */
  join<R>(
    key: string,
    polled: PollingOptions<R>,
    make: (report: R) => Promise<T>,
  ): PollSubscriber<unknown, T> {
    const known = this.#polls.get(key);
    if (known !== undefined) return known.join();
    const { report, version, intervalMs, signals } = polled;
    const onEmpty = (): void => {
      if (this.#polls.get(key) === poll) this.#polls.delete(key);
    };
    const poll: SharedPoll<unknown, T> = new SharedPoll<unknown, T>({
      polled: { report, version, intervalMs, signals },
      make: (seen) => make(seen as R), // reported by `polled`
      onEmpty,
    });
    this.#polls.set(key, poll);
    return poll.join();
  }
}
