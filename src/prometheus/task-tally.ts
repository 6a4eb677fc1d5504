/**
 * Tasks by name, queue and state as counters that only grow, whatever leaves the task store. Names and queues come from
 * outside: those that are too many are counted together, as OTHER, until one that is known has been idle for long.
 */
import { otherNames } from '../celery/metrics/name-tallies.js';
import { hasSameAttempts, outcomeChanges, type RunOutcome } from '../celery/metrics/run-outcomes.js';
import { isCustom, isFinal } from '../celery/states.js';
import type { TaskOutcome, UnfinishedTask } from '../celery/tasks/task-record.js';
import { Buckets } from './buckets.js';
import { labelText } from './label-text.js';
import { QueuelessCounts, type TaskCount } from './queueless-counts.js';

export interface TaskTallyOptions {
  /** Whether tasks are counted by name, and by queue. */
  readonly byName: boolean;
  readonly byQueue: boolean;
  /** Names and queues together that have series of their own. */
  readonly maxSeries: number;
  /** Upper bounds in seconds. */
  readonly bounds: readonly number[];
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface TaskFigures {
  /** Null if the name is unknown, or where tasks are not counted by name. */
  readonly name: string | null;
  readonly queue: string | null;
  readonly states: ReadonlyMap<string, number>;
  readonly runtime: Buckets;
  readonly queueWait: Buckets;
}

interface Tally extends TaskFigures {
  readonly states: Map<string, number>;
  heardAt: number;
}

type Named = Pick<UnfinishedTask, 'name' | 'queue'>;

/** Milliseconds after which one that is silent makes room for another; how often that is looked for. */
const idle = 3_600_000;
const lookInterval = 1_000;
const maxFoldedCounted = 1_000;

export class TaskTally {
  readonly #options: TaskTallyOptions;
  readonly #tallies = new Map<string | null, Map<string | null, Tally>>();
  readonly #folded = new Set<string>();
  readonly #others: Tally;
  readonly #queueless: QueuelessCounts;
  #size = 0;
  #lookAgainAt = 0;

  constructor(options: TaskTallyOptions) {
    this.#options = options;
    this.#others = this.#create(otherNames, null);
    this.#queueless = new QueuelessCounts({
      clock: options.clock,
      onSettled: (name, queue, counts) => {
        for (const count of counts) this.#count({ name, queue }, count);
      },
    });
  }

  /** How many names and queues have no series of their own; past a thousand they are not counted on. */
  get folded(): number {
    return this.#folded.size;
  }

  /** To be called at every change of a task; see `State.onTaskChange`. */
  changed(task: UnfinishedTask, before: string | null, outcome: TaskOutcome | null): void {
    if (outcome !== null && !hasSameAttempts(outcome, task)) return this.#recounted(task, outcome);
    const { state, runtimeSeconds, queueWaitSeconds } = task;
    const hasState = state !== before;
    const hasRun = isFinal(state) && runtimeSeconds !== null && !hadRun(outcome);
    const hasWaited = queueWaitSeconds !== null && (outcome?.queueWaitSeconds ?? null) === null;
    const count: TaskCount = {
      state: hasState ? state : null,
      runtime: hasRun ? runtimeSeconds : null,
      queueWait: hasWaited ? queueWaitSeconds : null,
    };
    const isWaiting = this.#options.byQueue && this.#queueless.holds(task, count);
    if (!isWaiting) this.#count(task, count);
  }

  #count(task: Named, { state, runtime, queueWait }: TaskCount): void {
    if (state === null && runtime === null && queueWait === null) return;
    const tally = this.#tallyOf(task);
    tally.heardAt = this.#options.clock();
    if (state !== null) countState(tally, state);
    if (runtime !== null) tally.runtime.observe(runtime);
    if (queueWait !== null) tally.queueWait.observe(queueWait);
  }

  /** There is another run, or an earlier one has changed: counters go on by what was not counted. */
  #recounted(task: UnfinishedTask, before: TaskOutcome): void {
    const { state, queueWaitSeconds } = task;
    const { added, removed } = outcomeChanges(before, task);
    const tally = this.#tallyOf(task);
    tally.heardAt = this.#options.clock();
    if (!isFinal(state) && (state !== before.state || task.attempts.length > before.attempts.length))
      countState(tally, state);
    for (const ended of added) {
      const known = removed.find((one) => isSameEnd(one, ended));
      if (known === undefined) countState(tally, ended.state);
      if (ended.runtimeSeconds !== null && (known?.runtimeSeconds ?? null) === null)
        tally.runtime.observe(ended.runtimeSeconds);
    }
    const waits = [before, ...before.attempts].map((run) => run.queueWaitSeconds);
    if (queueWaitSeconds !== null && !waits.includes(queueWaitSeconds))
      tally.queueWait.observe(queueWaitSeconds);
  }

  *[Symbol.iterator](): IterableIterator<TaskFigures> {
    this.#queueless.settle();
    for (const byQueue of this.#tallies.values()) yield* byQueue.values();
    if (this.#others.heardAt > 0) yield this.#others;
  }

  #tallyOf(task: Named): Tally {
    const { byName, byQueue } = this.#options;
    const found = this.#tallies.get(byName ? task.name : null)?.get(byQueue ? task.queue : null);
    if (found !== undefined) return found;
    const name = byName && task.name !== null ? labelText(task.name) : null;
    const queue = byQueue && task.queue !== null ? labelText(task.queue) : null;
    if (name === otherNames && queue === null) return this.#others; // a task may be named so
    const known = this.#tallies.get(name)?.get(queue);
    if (known !== undefined) return known;
    if (this.#size >= this.#options.maxSeries && !this.#makeRoom()) {
      if (this.#folded.size < maxFoldedCounted) this.#folded.add(`${name ?? ''}\0${queue ?? ''}`);
      return this.#others;
    }
    const tally = this.#create(name, queue);
    const queues = this.#tallies.get(name) ?? new Map<string | null, Tally>();
    this.#tallies.set(name, queues.set(queue, tally));
    this.#size++;
    return tally;
  }

  /** Seldom, so that a flood of names costs little, and replaces no more than is idle. */
  #makeRoom(): boolean {
    const now = this.#options.clock();
    if (now < this.#lookAgainAt) return false;
    this.#lookAgainAt = now + lookInterval;
    for (const [name, byQueue] of this.#tallies) {
      for (const [queue, { heardAt }] of byQueue) {
        if (heardAt > now - idle) continue;
        byQueue.delete(queue);
        this.#size--;
      }
      if (byQueue.size === 0) this.#tallies.delete(name);
    }
    const hasRoom = this.#size < this.#options.maxSeries;
    if (hasRoom) this.#folded.clear();
    return hasRoom;
  }

  #create(name: string | null, queue: string | null): Tally {
    const { bounds } = this.#options;
    // Both are there from the beginning, so that the rate of failures is known before the first failure.
    const states = new Map([
      ['SUCCESS', 0],
      ['FAILURE', 0],
    ]);
    return {
      name,
      queue,
      states,
      runtime: new Buckets(bounds),
      queueWait: new Buckets(bounds),
      heardAt: 0,
    };
  }
}

function countState({ states }: Tally, state: string): void {
  const shown = isCustom(state) ? otherNames : state;
  states.set(shown, (states.get(shown) ?? 0) + 1);
}

function isSameEnd(a: RunOutcome, b: RunOutcome): boolean {
  return a.state === b.state && a.finishedAt === b.finishedAt;
}

function hadRun(outcome: TaskOutcome | null): boolean {
  return outcome !== null && isFinal(outcome.state) && outcome.runtimeSeconds !== null;
}
