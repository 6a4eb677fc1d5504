/**
 * When each answer was first seen to be as it is, for `Last-Modified`. Dates have whole seconds: an answer is dated to
 * the beginning of the second after it was first seen, and has no date before that second has come (RFC 9110, section
 * 8.8.2.2). So what was read in the second of a change, before or after it, is older than the date of the change.
 */
import { LRUCache } from 'lru-cache';

export interface LastChangesOptions {
  /** Questions to remember; of one that was forgotten, the answer is taken for new. */
  readonly maxQuestions: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export class LastChanges {
  readonly #seen: LRUCache<string, { readonly tag: string; readonly changedAt: number }>;
  readonly #clock: () => number;
  #latest = 0;

  constructor({ maxQuestions, clock }: LastChangesOptions) {
    this.#seen = new LRUCache({ max: maxQuestions });
    this.#clock = clock;
  }

  /** Epoch milliseconds; never goes back, or a change would be dated before what it has changed. */
  get now(): number {
    return (this.#latest = Math.max(this.#latest, this.#clock()));
  }

  /** Notes the tag of an answer; returns since when it has been the same, in seconds, or null if that is too recent. */
  note(question: string, tag: string): number | null {
    const { now } = this;
    const known = this.#seen.get(question);
    const isSame = known?.tag === tag;
    const changedAt = isSame ? known.changedAt : Math.floor(now / 1_000) + 1;
    if (!isSame) this.#seen.set(question, { tag, changedAt });
    return changedAt * 1_000 <= now ? changedAt : null;
  }
}
