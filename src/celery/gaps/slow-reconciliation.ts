/**
 * Compares what has been unfinished for long with the workers and the result backend, slowly, for as long as the
 * gateway runs: an event that was lost is not repeated, and nothing else would end its task here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { UnfinishedTask } from '../tasks/task-record.js';
import type { State } from '../events/state.js';
import type { InspectLoader } from '../inspect/inspect-loader.js';
import type { Reconciliation } from './reconciliation.js';

export interface SlowReconciliationOptions {
  readonly state: Pick<
    State,
    'unfinishedFrom' | 'runningWorkers' | 'isSuspect' | 'missedActive' | 'aliveHostnames' | 'worker'
  >;
  readonly inspect: Pick<InspectLoader, 'load'>;
  readonly reconciliation: Pick<Reconciliation, 'look'>;
  /** Whether the events are read as they arrive: before, what is known is not the present. */
  readonly isCurrent: () => boolean;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Milliseconds between two rounds, on average. */
  readonly interval?: number;
  /** Random number from 0 to 1: gateways that start together must not ask together. */
  readonly random?: () => number;
}

/** What it has cost and found since the gateway started. */
export interface ReconciliationCost {
  readonly rounds: number;
  /** Tasks whose result was looked up. */
  readonly tasksLookedUp: number;
  /** Tasks whose end was found in the result backend. */
  readonly tasksSettled: number;
  /** Questions to workers: one for each worker that was asked what it runs. */
  readonly workersAsked: number;
  /** Epoch milliseconds; null before the first round. */
  readonly lastRoundAt: number | null;
  /** How long the last round took; null before the first. */
  readonly lastRoundSeconds: number | null;
}

const defaultInterval = 10_000;
/** Rounds left out in a row while events wait to be read; then results are looked up all the same: they hold anyway. */
const maxLeftOut = 6;
/** Milliseconds that a task must have been unfinished. */
const minAge = 10_000;
/** Results that are looked up in a round: one request. */
const maxLookups = 500;
/** Workers that are asked in a round: one broadcast. */
const maxWorkers = 50;
/** Milliseconds until a worker that seems to have lost nothing is asked again, doubled each time. */
const firstPause = 60_000;
const longestPause = 900_000;
/** The same for one whose heartbeats count fewer tasks than are known to run there. */
const firstSuspectPause = 4_000;
const longestSuspectPause = 60_000;

interface WorkerTurn {
  isSuspect: boolean;
  askAt: number;
  pause: number;
}

export class SlowReconciliation implements Disposable {
  readonly #options: SlowReconciliationOptions;
  readonly #disposed = new AbortController();
  readonly #turns = new Map<string, WorkerTurn>();
  /** Sequence of the task after which the next round goes on. */
  #cursor = 0;
  #leftOut = 0;
  #cost: ReconciliationCost = {
    rounds: 0,
    tasksLookedUp: 0,
    tasksSettled: 0,
    workersAsked: 0,
    lastRoundAt: null,
    lastRoundSeconds: null,
  };

  constructor(options: SlowReconciliationOptions) {
    this.#options = options;
  }

  get cost(): ReconciliationCost {
    return this.#cost;
  }

  start(): void {
    void this.#run();
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
  }

  async #run(): Promise<void> {
    const { interval = defaultInterval, random = Math.random } = this.#options;
    const { signal } = this.#disposed;
    for (;;) {
      const pause = interval * (0.5 + random());
      await delay(pause, undefined, { ref: false, signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.round();
    }
  }

  /**
   * Asks once for what is due. Never rejects. While events do not arrive or cannot be read, it does nothing for a while,
   * and then looks up results only.
   */
  async round(): Promise<void> {
    const { clock, isCurrent } = this.#options;
    const isBehind = !isCurrent();
    this.#leftOut = isBehind ? this.#leftOut + 1 : 0;
    if (isBehind && this.#leftOut <= maxLeftOut) return;
    const startedAt = clock();
    const [lookups, workersAsked] = await Promise.all([
      this.#lookUp(startedAt),
      isBehind ? 0 : this.#ask(startedAt),
    ]);
    const { rounds, tasksLookedUp, tasksSettled, workersAsked: askedBefore } = this.#cost;
    this.#cost = {
      rounds: rounds + 1,
      tasksLookedUp: tasksLookedUp + lookups.tasks,
      tasksSettled: tasksSettled + lookups.settled,
      workersAsked: askedBefore + workersAsked,
      lastRoundAt: startedAt,
      lastRoundSeconds: Math.max(0, clock() - startedAt) / 1000,
    };
  }

  /** The next tasks in the order of first sight, from the first again after the last. */
  async #lookUp(now: number): Promise<{ readonly tasks: number; readonly settled: number }> {
    const { state, reconciliation } = this.#options;
    const ids: string[] = [];
    let seen = 0;
    let last = 0;
    for (const task of state.unfinishedFrom(this.#cursor)) {
      if (++seen > 2 * maxLookups || ids.length === maxLookups) break;
      last = task.sequence;
      if (ageOf(task, now) >= minAge) ids.push(task.id);
    }
    this.#cursor = seen > 2 * maxLookups || ids.length === maxLookups ? last : 0;
    const settled = ids.length === 0 ? 0 : await reconciliation.look(ids);
    return settled === null ? { tasks: 0, settled: 0 } : { tasks: ids.length, settled };
  }

  /** @returns how many workers were asked what they run */
  async #ask(now: number): Promise<number> {
    const { state, inspect } = this.#options;
    const hostnames = this.#due(now);
    if (hostnames.length === 0) return 0;
    const asked = hostnames.map((hostname) => inspect.load('active', { hostname }));
    for (const [index, result] of (await Promise.allSettled(asked)).entries()) {
      const hostname = hostnames[index] ?? '';
      // The reply itself is learned where all replies are.
      if (result.status === 'fulfilled' && !result.value.replies.has(hostname))
        state.missedActive(hostname);
    }
    return hostnames.length;
  }

  /** Workers that run something, and that were not asked for long, the longer the more often they had it. */
  #due(now: number): readonly string[] {
    const { state } = this.#options;
    const running = new Map(state.runningWorkers());
    for (const hostname of this.#turns.keys()) if (!running.has(hostname)) this.#turns.delete(hostname);
    const alive = new Set(state.aliveHostnames());
    const due: string[] = [];
    for (const [hostname, count] of running) {
      if (!alive.has(hostname)) continue;
      const turn = this.#turnOf(hostname, this.#isSuspect(hostname, count), now);
      if (turn.askAt > now) continue;
      due.push(hostname);
      const longest = turn.isSuspect ? longestSuspectPause : longestPause;
      turn.askAt = now + turn.pause;
      turn.pause = Math.min(2 * turn.pause, longest);
      if (due.length === maxWorkers) break;
    }
    return due;
  }

  #turnOf(hostname: string, isSuspect: boolean, now: number): WorkerTurn {
    const known = this.#turns.get(hostname);
    if (known?.isSuspect === isSuspect) return known;
    const pause = isSuspect ? firstSuspectPause : firstPause;
    // One that has just begun to run something is not asked at once.
    const turn = { isSuspect, askAt: isSuspect ? now : now + pause, pause };
    this.#turns.set(hostname, turn);
    return turn;
  }

  #isSuspect(hostname: string, running: number): boolean {
    const { state } = this.#options;
    if (state.isSuspect(hostname)) return true;
    const activeCount = state.worker(hostname)?.activeCount ?? null;
    return activeCount !== null && activeCount < running;
  }
}

/** Milliseconds since anything happened to it, as far as its workers and senders say. */
function ageOf({ sentAt, receivedAt, startedAt }: UnfinishedTask, now: number): number {
  const last = Math.max(sentAt ?? 0, receivedAt ?? 0, startedAt ?? 0);
  return last === 0 ? Infinity : now - last;
}
