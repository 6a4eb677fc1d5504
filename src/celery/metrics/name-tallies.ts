/** Tallies by task name. Names come from outside, so those that are too many share one tally. */
import type { RunOutcome } from './run-outcomes.js';
import { OutcomeTally } from './outcome-tally.js';

/** Stands for all names that have no figures of their own. */
export const otherNames = 'OTHER';

export class NameTallies {
  readonly #tallies = new Map<string, OutcomeTally>();
  #weight = 0;

  /** Memory, in the unit of the tallies. */
  get weight(): number {
    return this.#weight;
  }

  get size(): number {
    return this.#tallies.size;
  }

  add(name: string, outcome: RunOutcome): void {
    this.#change(this.#tallies.get(name) ?? this.#create(name), (tally) => tally.add(outcome));
  }

  /** Takes back what was added, under its name or among the others. */
  remove(name: string, outcome: RunOutcome): void {
    const key = this.#tallies.has(name) ? name : otherNames;
    const tally = this.#tallies.get(key);
    if (tally === undefined) return;
    this.#change(tally, () => tally.remove(outcome));
    if (!tally.isEmpty) return;
    this.#tallies.delete(key);
    this.#weight -= tally.weight;
  }

  /** Takes over what the other holds, which must not be used any more. */
  merge(other: NameTallies): void {
    for (const [name, theirs] of other.#tallies) {
      const mine = this.#tallies.get(name);
      if (mine === undefined) {
        this.#tallies.set(name, theirs);
        this.#weight += theirs.weight;
      } else {
        this.#change(mine, () => mine.merge(theirs));
      }
    }
  }

  /** Adds up the figures of all names into one. */
  fold(): void {
    const all = new OutcomeTally();
    for (const tally of this.#tallies.values()) all.merge(tally);
    this.#tallies.clear();
    if (!all.isEmpty) this.#tallies.set(otherNames, all);
    this.#weight = all.isEmpty ? 0 : all.weight;
  }

  find(name: string): OutcomeTally | undefined {
    return this.#tallies.get(name);
  }

  [Symbol.iterator](): IterableIterator<[string, OutcomeTally]> {
    return this.#tallies.entries();
  }

  #create(name: string): OutcomeTally {
    const tally = new OutcomeTally();
    this.#tallies.set(name, tally);
    this.#weight += tally.weight;
    return tally;
  }

  #change(tally: OutcomeTally, change: (tally: OutcomeTally) => void): void {
    const before = tally.weight;
    change(tally);
    this.#weight += tally.weight - before;
  }
}
