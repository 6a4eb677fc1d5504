/**
 * Figures over time, fed by every change of a task, so that a question costs the slices of its window and not the
 * store, and what has left the store stays counted. Each run of a task counts once, at the time of its last final state:
 * a revocation that a success of the same run overtakes is taken back here too.
 */
import { atOnce, type SlicedWork } from '../../slices.js';
import type { TaskOutcome } from '../tasks/task-record.js';
import { isCustom, isFinal } from '../states.js';
import { NameTallies, otherNames } from './name-tallies.js';
import { hasSameAttempts, isSameOutcome, outcomeChanges, type RunOutcome } from './run-outcomes.js';
import { OutcomeTally, type Outcomes } from './outcome-tally.js';
import { TaskNames } from './task-names.js';
import { TimeSlices } from './time-slices.js';

/** Seconds; how far back the figures reach. */
export const longestWindow = 86_400;
/** Seconds; of figures where the reader names no window. */
export const defaultWindow = 300;

export interface TaskTypeFigures extends Outcomes {
  readonly name: string;
  /** Counts by state: since the start for all states, of a window for final ones. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface TaskMetricsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Maximum names with figures of their own: the names seen last. */
  readonly maxNames?: number | undefined;
  /** Memory of the slices by name, estimated; when it is used up, the oldest slices forget the names. */
  readonly maxNameBytes?: number | undefined;
}

/** Names looked at between two places where the work can be interrupted. */
export const namesPerStep = 32;
/** Where more change than can be looked at, it ends all the same, with one long step. */
const maxRounds = 20;

const weightUnitBytes = 16;
/** Applications make up a handful; what else is sent cannot be distinguished from a mistyped name. */
const maxCustomStates = 1_000;

export class TaskMetrics {
  /** No more than 700 slices; the edge of a window is off by 1/128 of it at most. */
  readonly #total: TimeSlices<OutcomeTally>;
  /** Coarser, for there are many names: no more than 110 slices, and 1/16 of the window. */
  readonly #byName: TimeSlices<NameTallies>;
  readonly #names: TaskNames;
  readonly #clock: () => number;
  readonly #startedAt: number;
  readonly #maxWeight: number;
  readonly #customStates = new Set<string>();
  /** The names that change while figures by name are worked out: a set for each such work. */
  readonly #changedNames = new Set<Set<string>>();
  /** How often slices have forgotten their names. */
  #nameFolds = 0;
  /** Sums by name over the slices, and what has come since. */
  #weight = 0;

  constructor({ clock, maxNames = 10_000, maxNameBytes = 32 * 1024 * 1024 }: TaskMetricsOptions) {
    const longest = longestWindow * 1000;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#total = new TimeSlices({
      clock,
      longest,
      shortest: 100,
      resolution: 64,
      create: () => new OutcomeTally(),
    });
    this.#byName = new TimeSlices({
      clock,
      longest,
      shortest: 1_000,
      resolution: 8,
      create: () => new NameTallies(),
    });
    this.#names = new TaskNames(maxNames);
    this.#maxWeight = maxNameBytes / weightUnitBytes;
  }

  /** @param before null for a task that was not known */
  changed(before: TaskOutcome | null, after: TaskOutcome): void {
    if (before === null || before.name !== after.name || before.state !== after.state) {
      if (isCustom(after.state) && this.#customStates.size < maxCustomStates)
        this.#customStates.add(after.state);
      if (after.name !== null) this.#names.entered(after.name, after.state);
      if (before !== null && before.name !== null) this.#names.left(before.name, before.state);
      this.#changed(after.name ?? otherNames, before?.name ?? otherNames, otherNames);
    }
    if (before !== null && !hasSameAttempts(before, after)) return this.#recount(before, after);
    if (before !== null && isSameOutcome(before, after)) return;
    if (before !== null && isFinal(before.state)) this.#takeBack(before);
    if (isFinal(after.state)) this.#count(after);
  }

  /** States of the application's own that a task has had since the gateway started; a thousand at most. */
  get customStates(): ReadonlySet<string> {
    return this.#customStates;
  }

  #recount(before: TaskOutcome, after: TaskOutcome): void {
    const { removed, added } = outcomeChanges(before, after);
    for (const outcome of removed) this.#takeBack(outcome);
    for (const outcome of added) this.#count(outcome);
  }

  /** Outcomes of all tasks that finished in the last `seconds`. */
  outcomes(windowSeconds: number): Outcomes {
    return OutcomeTally.sum([...this.#total.since(this.#since(windowSeconds))]).outcomes();
  }

  /** How many names have figures of their own. */
  get nameCount(): number {
    return this.#names.size;
  }

  /** All of `queryTaskTypes` at once: for what knows that there are few names. */
  taskTypes(windowSeconds: number | null): readonly TaskTypeFigures[] {
    return atOnce(this.queryTaskTypes(windowSeconds));
  }

  /**
   * Figures by task name, sorted. The names without figures of their own come as one. Whatever changes meanwhile, all figures
   * are of the moment at which it ends; the far edge of a window is that of its beginning.
   * @param windowSeconds null for all tasks since the start, those that are not finished among them
   */
  *queryTaskTypes(windowSeconds: number | null): SlicedWork<readonly TaskTypeFigures[]> {
    const since = windowSeconds === null ? null : this.#since(windowSeconds);
    const changed = new Set<string>();
    this.#changedNames.add(changed);
    try {
      const folds = this.#folds;
      const figures = new Map<string, TaskTypeFigures>();
      const look = (name: string): void => {
        changed.delete(name);
        const found = since === null ? this.#sinceStart(name) : this.#within(name, since);
        if (found === null) figures.delete(name);
        else figures.set(name, found);
      };
      const names = since === null ? this.#names.names() : yield* this.#namesSince(since);
      yield* inSteps(names, look);
      if (folds !== this.#folds) for (const name of names) changed.add(name);
      for (let round = 0; changed.size > namesPerStep && round < maxRounds; round++)
        yield* inSteps([...changed], look);
      for (const name of changed) look(name);
      return [...figures.keys()].sort().flatMap((name) => figures.get(name) ?? []);
    } finally {
      this.#changedNames.delete(changed);
    }
  }

  /** Seconds of the window since the gateway started; what happened before is unknown. */
  observedSeconds(windowSeconds: number): number {
    return Math.min(windowSeconds, Math.max(0, (this.#clock() - this.#startedAt) / 1000));
  }

  #sinceStart(name: string): TaskTypeFigures | null {
    const record = this.#names.find(name);
    return record && figuresOf(name, Object.fromEntries(record.counts), record.outcomes);
  }

  #within(name: string, since: number): TaskTypeFigures | null {
    const parts: OutcomeTally[] = [];
    for (const slice of this.#byName.since(since)) {
      const tally = slice.find(name);
      if (tally !== undefined) parts.push(tally);
    }
    if (parts.length === 0) return null;
    const sum = OutcomeTally.sum(parts);
    return figuresOf(name, sum.counts(), sum);
  }

  *#namesSince(since: number): SlicedWork<readonly string[]> {
    const names = new Set<string>();
    // Slices that grow old are merged, and have no name then that their neighbours have not.
    for (const slice of [...this.#byName.since(since)]) {
      for (const [name] of slice) names.add(name);
      yield;
    }
    return [...names];
  }

  #changed(...names: readonly string[]): void {
    for (const changed of this.#changedNames) for (const name of names) changed.add(name);
  }

  get #folds(): number {
    return this.#nameFolds + this.#names.folds;
  }

  #since(windowSeconds: number): number {
    return this.#clock() - windowSeconds * 1000;
  }

  #count(outcome: RunOutcome): void {
    const { name, finishedAt } = outcome;
    if (finishedAt === null) return;
    this.#total.at(finishedAt)?.add(outcome);
    if (name === null) return;
    this.#names.finished(name, outcome);
    this.#changed(name);
    // What is merged weighs less than its parts, so they are weighed anew as they grow old.
    if (this.#byName.advance()) this.#weigh();
    const slice = this.#byName.at(finishedAt);
    if (slice === null) return;
    const before = slice.weight;
    slice.add(name, outcome);
    this.#weight += slice.weight - before;
    if (this.#weight > this.#maxWeight) this.#forgetNames();
  }

  #takeBack(outcome: RunOutcome): void {
    const { name, finishedAt } = outcome;
    if (finishedAt === null) return;
    this.#total.find(finishedAt)?.remove(outcome);
    if (name === null) return;
    this.#names.unfinished(name, outcome);
    this.#changed(name, otherNames);
    this.#byName.find(finishedAt)?.remove(name, outcome);
  }

  #weigh(): void {
    this.#weight = 0;
    for (const { weight } of this.#byName.oldestFirst()) this.#weight += weight;
  }

  /** Makes some room at once, so that it is seldom done. */
  #forgetNames(): void {
    this.#weigh();
    for (const slice of this.#byName.oldestFirst()) {
      if (this.#weight < this.#maxWeight * 0.9) return;
      this.#weight -= slice.weight;
      slice.fold();
      this.#nameFolds++;
      this.#weight += slice.weight;
    }
  }
}

function* inSteps(names: readonly string[], look: (name: string) => void): SlicedWork<undefined> {
  for (const [at, name] of names.entries()) {
    look(name);
    if (at % namesPerStep === namesPerStep - 1) yield;
  }
  return undefined;
}

function figuresOf(
  name: string,
  counts: Readonly<Record<string, number>>,
  tally: OutcomeTally,
): TaskTypeFigures {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { name, counts, total, ...tally.outcomes() };
}
