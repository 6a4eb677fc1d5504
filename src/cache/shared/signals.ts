/** Rings that are heard also by whoever only begins to wait: between looking and waiting nothing is lost. */
export class Signals {
  readonly #waiting = new Map<string, Set<Signal>>();

  /** To be disposed. */
  listen(name: string): Signal {
    const signals = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, signals);
    const signal = new Signal(() => {
      signals.delete(signal);
      if (signals.size === 0 && this.#waiting.get(name) === signals) this.#waiting.delete(name);
    });
    signals.add(signal);
    return signal;
  }

  ring(name: string): void {
    for (const signal of this.#waiting.get(name) ?? []) signal.ring();
  }

  ringAll(): void {
    for (const signals of this.#waiting.values()) for (const signal of signals) signal.ring();
  }

  /** Names that are listened for. */
  get size(): number {
    return this.#waiting.size;
  }
}

export class Signal implements Disposable {
  readonly #leave: () => void;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Forgets the rings so far. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves with the next ring since `reset`, or after so many milliseconds with false. */
  async heard(milliseconds: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#rung;
  }

  [Symbol.dispose](): void {
    this.#leave();
  }
}
