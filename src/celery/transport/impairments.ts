/** What does not work at the moment though the connection to the server is there, in the server's own words. */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';

/**
 * What an impairment costs: `requests` to workers, reading their `replies`, reading `queues` or `results`,
 * receiving `events`, or only `details`, without which everything that matters still works.
 */
export type ImpairedPart = 'requests' | 'replies' | 'queues' | 'results' | 'events' | 'details';

export interface Impairment {
  readonly part: ImpairedPart;
  readonly reason: string;
}

/** More different ones at a time are not kept. */
const maxImpairments = 50;

/**
 * A set of impairments by key. Operations report what they were refused, and what works again.
 *
 * @example
 * impairments.add('publish', { part: 'requests', reason: 'NOPERM ...' });
 * impairments.remove('publish');
 */
export class Impairments {
  readonly #byKey = new Map<string, Impairment>();
  readonly #listeners: Listeners<[]>;

  constructor(onListenerError: OnListenerError = ignoreListenerErrors) {
    this.#listeners = new Listeners('impairments', onListenerError);
  }

  list(): readonly Impairment[] {
    return [...this.#byKey.values()];
  }

  /** Calls back after a change; returns what stops it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  add(key: string, impairment: Impairment): void {
    const known = this.#byKey.get(key);
    if (known?.reason === impairment.reason && known.part === impairment.part) return;
    if (known === undefined && this.#byKey.size >= maxImpairments) return;
    this.#byKey.set(key, impairment);
    this.#listeners.notify();
  }

  /** Adds it, or removes it if `reason` is null. */
  set(key: string, part: ImpairedPart, reason: string | null): void {
    if (reason === null) this.remove(key);
    else this.add(key, { part, reason });
  }

  remove(key: string): void {
    if (this.#byKey.delete(key)) this.#listeners.notify();
  }

  /** What an earlier connection was refused says nothing about a new one. */
  clear(): void {
    if (this.#byKey.size === 0) return;
    this.#byKey.clear();
    this.#listeners.notify();
  }
}
