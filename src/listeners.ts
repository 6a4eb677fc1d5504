/** The functions to call when something happens. A listener that throws stops neither the next one nor the caller. */

/** Receives what a listener has thrown. `subject` is what it listens to, such as `event gaps`. */
export type OnListenerError = (subject: string, error: unknown) => void;

/** For owners without a log. */
export const ignoreListenerErrors: OnListenerError = () => undefined;

/**
 * @example
 * const listeners = new Listeners<[seconds: number]>('timer', (subject, error) => log.error(subject, { error }));
 * const stop = listeners.add((seconds) => console.log(seconds));
 * listeners.notify(3);
 * stop();
 */
export class Listeners<Args extends readonly unknown[]> {
  readonly #subject: string;
  readonly #onError: OnListenerError;
  readonly #listeners = new Set<(...args: Args) => void>();

  constructor(subject: string, onError: OnListenerError) {
    this.#subject = subject;
    this.#onError = onError;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Returns the function that removes the listener. */
  add(listener: (...args: Args) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  notify(...args: Args): void {
    for (const listener of this.#listeners) {
      try {
        listener(...args);
      } catch (error) {
        this.#onError(this.#subject, error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
