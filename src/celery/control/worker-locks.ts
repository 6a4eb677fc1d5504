/** One control at a time for each worker: what it reported must still hold when it gets the command. */
import { withDeadline } from '../../timers.js';

export class WorkerLocks {
  /** What the next one waits for, by node name. */
  readonly #tails = new Map<string, Promise<unknown>>();

  /**
   * Waits for those before it on any of the workers. All are taken in one go, so that no two wait for each other.
   * @throws TimeoutError when that takes longer than `longestWait` milliseconds: nothing was done then
   */
  async run<T>(hostnames: readonly string[], longestWait: number, work: () => Promise<T>): Promise<T> {
    const before = Promise.all(hostnames.map(async (hostname) => this.#tails.get(hostname)));
    let release: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => (release = resolve));
    // Who gives up does not let those behind it overtake those before it.
    const tail = before.then(() => mine);
    for (const hostname of hostnames) this.#tails.set(hostname, tail);
    void tail.then(() => {
      for (const hostname of hostnames)
        if (this.#tails.get(hostname) === tail) this.#tails.delete(hostname);
    });
    try {
      await withDeadline(before, longestWait, 'An earlier control of the same workers');
      return await work();
    } finally {
      release();
    }
  }
}
