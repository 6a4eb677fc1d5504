/** Notifications by name. A waiter that subscribes before it looks misses none that comes between looking and waiting. */
export class Notifier {
  readonly #waiters = new Map<string, Set<Waiter>>();

  /** The waiter must be disposed of. */
  subscribe(name: string): Waiter {
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters);
    const waiter = new Waiter(() => {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(name) === waiters) this.#waiters.delete(name);
    });
    waiters.add(waiter);
    return waiter;
  }

  notify(name: string): void {
    for (const waiter of this.#waiters.get(name) ?? []) waiter.notify();
  }

  notifyAll(): void {
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.notify();
  }

  /** Names with at least one waiter. */
  get size(): number {
    return this.#waiters.size;
  }
}

export class Waiter implements Disposable {
  readonly #unsubscribe: () => void;
  #notified = false;
  #wake: (() => void) | undefined;

  constructor(unsubscribe: () => void) {
    this.#unsubscribe = unsubscribe;
  }

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Discards the notifications so far. */
  reset(): void {
    this.#notified = false;
  }

  /** True at the first notification since `reset`; false after so many milliseconds without one. */
  async wait(milliseconds: number): Promise<boolean> {
    if (!this.#notified) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#notified;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }
}
