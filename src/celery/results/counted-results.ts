/** A result backend whose unreadable results are counted, whichever part of the gateway reads them. */
import { UnreadableResultError } from '../../errors.js';
import type { ResultBackend, StoredResult } from '../transport/transport.js';
import type { Unreadable } from '../messages/unreadable.js';

export class CountedResults implements ResultBackend {
  readonly #results: ResultBackend;
  readonly #unreadable: Unreadable;

  constructor(results: ResultBackend, unreadable: Unreadable) {
    this.#results = results;
    this.#unreadable = unreadable;
  }

  get address(): string {
    return this.#results.address;
  }

  async fetch(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    const stored = await this.#results.fetch(ids);
    for (const result of stored)
      if (result instanceof UnreadableResultError) this.#unreadable.count('result', result);
    return stored;
  }

  ping(): Promise<void> {
    return this.#results.ping();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#results[Symbol.asyncDispose]();
  }
}
