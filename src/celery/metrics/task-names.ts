/**
 * All tasks by name since the start: in which states they are, as they were last seen, and how they ended. The names
 * that were seen last have figures of their own; the figures of the others are kept together.
 */
import type { RunOutcome } from './run-outcomes.js';
import { otherNames } from './name-tallies.js';
import { OutcomeTally } from './outcome-tally.js';

/** Custom states are whatever applications send; past this many of one name, the others share one count. */
const maxStates = 24;
const otherStates = 'OTHER';

export interface NameRecord {
  readonly counts: Map<string, number>;
  readonly outcomes: OutcomeTally;
}

export class TaskNames {
  /** Least recently reported first. */
  readonly #records = new Map<string, NameRecord>();
  readonly #others: NameRecord = createRecord();
  readonly #maxNames: number;
  #folds = 0;

  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  get size(): number {
    return this.#records.size;
  }

  /** A task of that name is in that state; `left` reports that it has left it. */
  entered(name: string, state: string): void {
    addState(this.#touch(name).counts, state, 1);
  }

  left(name: string, state: string): void {
    const places = [this.#records.get(name), this.#others];
    for (const place of places) {
      for (const key of [state, otherStates]) {
        const count = place?.counts.get(key) ?? 0;
        if (count === 0) continue;
        if (count === 1) place?.counts.delete(key);
        else place?.counts.set(key, count - 1);
        this.#forgetIfEmpty(name);
        return;
      }
    }
  }

  finished(name: string, outcome: RunOutcome): void {
    this.#touch(name).outcomes.add(outcome);
  }

  unfinished(name: string, outcome: RunOutcome): void {
    (this.#records.get(name) ?? this.#others).outcomes.remove(outcome);
    this.#forgetIfEmpty(name);
  }

  /** A shadow name, all tasks of which have turned out to have another one. */
  #forgetIfEmpty(name: string): void {
    const record = this.#records.get(name);
    if (record?.counts.size === 0 && record.outcomes.isEmpty) this.#records.delete(name);
  }

  /** All names with figures of their own, and the one that stands for the others if there are any. */
  names(): readonly string[] {
    return [...this.#records.keys(), ...(this.#others.counts.size > 0 ? [otherNames] : [])];
  }

  find(name: string): NameRecord | null {
    if (name === otherNames) return this.#others.counts.size > 0 ? this.#others : null;
    return this.#records.get(name) ?? null;
  }

  /** How many names have lost their own figures. */
  get folds(): number {
    return this.#folds;
  }

  #touch(name: string): NameRecord {
    if (name === otherNames) return this.#others;
    const known = this.#records.get(name);
    const record = known ?? createRecord();
    if (known !== undefined) this.#records.delete(name);
    this.#records.set(name, record);
    if (this.#records.size > this.#maxNames) this.#foldOldest();
    return record;
  }

  /** A tenth at a time: looking for the first of a map after each deletion would go over all that were deleted. */
  #foldOldest(): void {
    let left = Math.ceil(this.#maxNames / 10);
    this.#folds++;
    for (const [name, { counts, outcomes }] of this.#records) {
      if (left-- === 0) return;
      this.#records.delete(name);
      for (const [state, count] of counts) addState(this.#others.counts, state, count);
      this.#others.outcomes.merge(outcomes);
    }
  }
}

function addState(counts: Map<string, number>, state: string, count: number): void {
  const key = counts.has(state) || counts.size < maxStates ? state : otherStates;
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function createRecord(): NameRecord {
  return { counts: new Map(), outcomes: new OutcomeTally() };
}
