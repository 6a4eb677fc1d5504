/**
 * Figures over time, fed by every change of a task, so that a question costs the slices of its window and not the
 * store, and what has left the store stays counted. Each run of a task counts once, at the time of its last final state:
 * a revocation that a success of the same run overtakes is taken back here too.
 */
import type { TaskOutcome } from '../events/task-record.js';
import { isCustom, isFinal } from '../states.js';
import { NameTallies } from './name-tallies.js';
import { hasSameAttempts, isSameOutcome, outcomeChanges, type RunOutcome } from './run-outcomes.js';
import { OutcomeTally, type Outcomes } from './outcome-tally.js';
import { TaskNames } from './task-names.js';
import { TimeSlices } from './time-slices.js';

/** Seconds; how far back the figures reach. */
export const longestWindow = 86_400;

export interface TaskTypeFigures extends Outcomes {
  readonly name: string;
  /** By state: all of them since the start, final ones only of a window. */
  readonly counts: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface TaskMetricsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Names that are told apart; those heard of last. */
  readonly maxNames?: number | undefined;
  /** Memory of the slices by name, estimated; when it is used up, the oldest slices forget the names. */
  readonly maxNameBytes?: number | undefined;
}

const weightUnitBytes = 16;
/** Applications make up a handful; what is sent besides is not told apart from a mistyped name. */
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
  /** Of the slices by name as they were last added up, and what has come since. */
  #weight = 0;

  constructor({ clock, maxNames = 10_000, maxNameBytes = 32 * 1024 * 1024 }: TaskMetricsOptions) {
    const longest = longestWindow * 1000;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#total = new TimeSlices({
      ...{ clock, longest, shortest: 100, resolution: 64 },
      create: () => new OutcomeTally(),
    });
    this.#byName = new TimeSlices({
      ...{ clock, longest, shortest: 1_000, resolution: 8 },
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

  /** Of all tasks that finished in the last so many seconds. */
  outcomes(windowSeconds: number): Outcomes {
    return OutcomeTally.sum([...this.#total.since(this.#since(windowSeconds))]).outcomes();
  }

  /**
   * By task name, in its order. The names that are not told apart come as one.
   * @param windowSeconds null for all tasks since the start, those that are not finished among them
   */
  taskTypes(windowSeconds: number | null): readonly TaskTypeFigures[] {
    const types = windowSeconds === null ? this.#sinceStart() : this.#within(windowSeconds);
    return types.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Seconds of the window that have been watched: of what happened before the start nobody told. */
  observedSeconds(windowSeconds: number): number {
    return Math.min(windowSeconds, Math.max(0, (this.#clock() - this.#startedAt) / 1000));
  }

  #sinceStart(): TaskTypeFigures[] {
    return [...this.#names].map(([name, { counts, outcomes }]) =>
      figuresOf(name, Object.fromEntries(counts), outcomes),
    );
  }

  #within(windowSeconds: number): TaskTypeFigures[] {
    const parts = new Map<string, OutcomeTally[]>();
    for (const slice of this.#byName.since(this.#since(windowSeconds))) {
      for (const [name, tally] of slice) {
        const known = parts.get(name);
        if (known === undefined) parts.set(name, [tally]);
        else known.push(tally);
      }
    }
    return [...parts].map(([name, tallies]) => {
      const sum = OutcomeTally.sum(tallies);
      return figuresOf(name, sum.counts(), sum);
    });
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
      this.#weight += slice.weight;
    }
  }
}

function figuresOf(
  name: string,
  counts: Readonly<Record<string, number>>,
  tally: OutcomeTally,
): TaskTypeFigures {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { name, counts, total, ...tally.outcomes() };
}
