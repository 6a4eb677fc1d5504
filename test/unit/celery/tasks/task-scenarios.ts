/** Runs of one task as workers report them, for property tests: any event may be lost. Times are seconds after `start`. */
import fc from 'fast-check';
import { start, task, type EventBody } from '../events/cluster.js';

/** How a run ends: by which event, the state that it stands for, and what its worker stores. */
export const ends = {
  succeeded: { state: 'SUCCESS', stored: 'SUCCESS' },
  failed: { state: 'FAILURE', stored: 'FAILURE' },
  revoked: { state: 'REVOKED', stored: 'REVOKED' },
  rejected: { state: 'REJECTED', stored: null },
  retried: { state: 'RETRY', stored: 'RETRY' },
  cancelled: { state: 'RETRY', stored: 'RETRY' },
} as const;
export type End = keyof typeof ends;

export interface Run {
  readonly hostname: string;
  readonly end: End;
  /** Seconds since the end of the run before, in the queue of the worker, and of the run itself. */
  readonly gap: number;
  readonly wait: number;
  readonly duration: number;
  /** Whether the sender and the task itself send events too. */
  readonly isSentHeard: boolean;
  readonly isProgressHeard: boolean;
  readonly isReceivedHeard: boolean;
  readonly isStartedHeard: boolean;
  readonly isEndHeard: boolean;
}

export const run: fc.Arbitrary<Run> = fc.record({
  hostname: fc.constantFrom('w1@host', 'w2@host', 'w3@host'),
  end: fc.constantFrom(...(Object.keys(ends) as End[])),
  gap: fc.integer({ min: 20, max: 4_000 }),
  wait: fc.integer({ min: 1, max: 9 }),
  duration: fc.integer({ min: 2, max: 100 }),
  isSentHeard: fc.boolean(),
  isProgressHeard: fc.boolean(),
  isReceivedHeard: fc.boolean(),
  isStartedHeard: fc.boolean(),
  isEndHeard: fc.boolean(),
});

export interface TimedRun extends Run {
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Scenario {
  readonly runs: readonly TimedRun[];
  /** Whether a worker is the same process in all its runs, so that only times distinguish them. */
  readonly isOneProcess: boolean;
  readonly inOrder: readonly EventBody[];
  readonly anyOrder: readonly EventBody[];
  /** What the result backend holds in the end, as JSON; null if nothing. */
  readonly stored: string | null;
}

export interface ScenarioOptions {
  readonly maxRuns?: number;
  readonly isOneProcess?: boolean;
  /** Whether senders and tasks send events too. */
  readonly hasOthers?: boolean;
}

export function scenarios({ maxRuns = 4, isOneProcess, hasOthers = true }: ScenarioOptions = {}) {
  return fc
    .record({
      runs: fc.array(run, { minLength: 1, maxLength: maxRuns }),
      isOneProcess: isOneProcess === undefined ? fc.boolean() : fc.constant(isOneProcess),
      isTwice: fc.boolean(),
    })
    .chain(({ runs, isTwice, ...chosen }): fc.Arbitrary<Scenario> => {
      const sent = hasOthers
        ? runs
        : runs.map((one) => ({ ...one, isSentHeard: false, isProgressHeard: false }));
      const times = timed(sent);
      const inOrder = eventsOf(times, chosen.isOneProcess);
      const events = isTwice ? [...inOrder, ...inOrder] : inOrder;
      const length = { minLength: events.length, maxLength: events.length };
      return fc.record({
        runs: fc.constant(times),
        isOneProcess: fc.constant(chosen.isOneProcess),
        inOrder: fc.constant(inOrder),
        anyOrder: fc.shuffledSubarray(events, length),
        stored: fc.constant(storedOf(times)),
      });
    })
    .filter(({ inOrder }) => inOrder.length > 0);
}

function timed(runs: readonly Run[]): TimedRun[] {
  let now = 0;
  return runs.map((one) => {
    const sentAt = now + one.gap;
    const receivedAt = sentAt + 1;
    const startedAt = receivedAt + one.wait;
    now = startedAt + one.duration;
    return { ...one, sentAt, receivedAt, startedAt, endedAt: now };
  });
}

function eventsOf(runs: readonly TimedRun[], isOneProcess: boolean): EventBody[] {
  return runs.flatMap((one, index) => {
    const { hostname, end } = one;
    const from = { hostname, pid: isOneProcess ? 100 : 100 + index };
    const measured = end === 'succeeded' ? { runtime: one.duration } : {};
    const client = { hostname: 'gen1@client', name: 'x.y', queue: 'q' };
    const events: EventBody[] = [];
    if (one.isSentHeard) events.push(task('sent', 'a', one.sentAt, client));
    if (one.isReceivedHeard)
      events.push(task('received', 'a', one.receivedAt, { ...from, name: 'x.y' }));
    if (one.isStartedHeard) events.push(task('started', 'a', one.startedAt, from));
    if (one.isProgressHeard)
      events.push(task('progress', 'a', one.startedAt + 1, { hostname, pid: 9_000 }));
    if (one.isEndHeard) events.push(task(end, 'a', one.endedAt, { ...from, ...measured }));
    return events;
  });
}

/** Some ends store nothing, and leave what was stored before. */
function storedOf(runs: readonly TimedRun[]): string | null {
  const last = runs.findLast(({ end }) => ends[end].stored !== null);
  if (last === undefined) return null;
  const date_done = new Date(start + last.endedAt * 1000 - 1).toISOString();
  return JSON.stringify({ status: ends[last.end].stored, date_done, result: null });
}
