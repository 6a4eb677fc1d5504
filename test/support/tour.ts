/** The 24 kinds of tasks of `tour.py`: what their sender and the result backend know of each. */
import type { CeleryName } from './celery-versions.js';
import type { Pool } from './celery-worker.js';
import { pythonOutput, type Application } from './python.js';

/** What the result backend holds in the end; null where it holds nothing, or only with extended results. */
export interface StoredResult {
  readonly state: string;
  readonly name: string | null;
  readonly worker: string | null;
  readonly retries: number | null;
  /** `repr()` of the error, and its type. */
  readonly exception: string | null;
  readonly type: string | null;
  readonly result: string | null;
}

export interface TourEntry {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  /** Null where the sender cannot know them. */
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly root: string | null;
  readonly parent: string | null;
  readonly result: string | null;
  readonly exception: string | null;
  readonly retries: number;
  readonly backend: StoredResult;
}

export interface TourOptions {
  /** A seeded mix of so many tasks; without it one of each kind. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  /** Of the workers. */
  readonly pool?: Pool | undefined;
  readonly deadlineMs?: number | undefined;
}

/** Of the workers too: without it the result backend knows neither names nor workers nor retries. */
export const tourEnv = { RESULT_EXTENDED: '1', RATE_LIMIT: '600/m' };

/** Resolves when the result backend holds all that it ever will. */
export async function runTour(
  application: Application,
  { count, seed = 1, pool = 'prefork', deadlineMs = 180_000 }: TourOptions = {},
): Promise<TourEntry[]> {
  const env = { ...application.env, ...tourEnv, SOFT_LIMITS: pool === 'prefork' ? '1' : '0' };
  const args = ['tour.py', '--seed', String(seed), '--timeout', String(deadlineMs / 1000)];
  const output = await pythonOutput(
    { ...application, env },
    count === undefined ? args : [...args, '--count', String(count)],
    deadlineMs,
  );
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TourEntry);
}

export interface Outcome {
  readonly state: string;
  readonly source: 'EVENTS' | 'RESULT_BACKEND';
  readonly result: string | null;
  readonly exception: string | null;
  readonly retries: number;
  /** Whether a worker reported that it had rejected it. */
  readonly rejected: boolean;
}

/** On what it ran: the releases and the pools end some kinds differently. */
export interface TourSetting {
  readonly release: CeleryName;
  readonly pool: Pool;
}

type Stored = Pick<StoredResult, 'state' | 'result' | 'exception'>;

/** Of kinds that do not simply succeed: what the result backend must hold, and what the gateway must say. */
const others: Readonly<
  Record<string, (entry: TourEntry, setting: TourSetting) => [Partial<Stored>, Partial<Outcome>]>
> = {
  fail: failed,
  exhaust: failed,
  // The error that is stored says the same in a sentence.
  unknown: () => [
    {
      state: 'FAILURE',
      result: null,
      exception: "Task of kind 'demo.not_there' never registered, please make sure it's imported.",
    },
    { state: 'FAILURE', result: null, exception: "NotRegistered('demo.not_there')" },
  ],
  // The event says that it was revoked, and has no error.
  expired: () => [
    { state: 'REVOKED', exception: "TaskRevokedError('expired')" },
    { state: 'REVOKED', exception: null },
  ],
  // Celery 5.2 stores nothing of it; later releases call it a failure, store that and report it first; of the error,
  // pools without processes report only that it was wrapped, so that it is taken from the result backend.
  reject: (_, { release, pool }) => {
    if (release === 'debian') {
      const nothing = { result: null };
      return [
        { ...nothing, state: 'STARTED' },
        { ...nothing, state: 'REJECTED', rejected: true },
      ];
    }
    const failure = {
      state: 'FAILURE',
      result: null,
      exception: 'reject requeue=False: not wanted here',
    };
    const wrapped = pool === 'prefork' ? {} : { exception: "Reject('not wanted here', False)" };
    return [failure, { ...failure, ...wrapped, rejected: true }];
  },
  // No event reports its end: STARTED until the worker has been asked (see reported-tasks.ts).
  ignore: () => [{ state: 'STARTED' }, { state: 'STARTED' }],
  // Only the event has its result.
  no_result: () => [{ state: 'PENDING', result: null }, {}],
  // Only the result backend has its end.
  silent: () => [{}, { source: 'RESULT_BACKEND' }],
};

function failed({ exception }: TourEntry): [Partial<Stored>, Partial<Outcome>] {
  const failure = { state: 'FAILURE', result: null, exception };
  return [failure, failure];
}

/**
 * The threads of Celery 5.2 publish on one connection without a lock, and lose some of their events: what was
 * lost is in the result backend, where it stores the end of a task at all.
 */
export function losesEvents({ release, pool }: TourSetting): boolean {
  return release === 'debian' && pool === 'threads';
}

/** Kinds whose end only the event reports. */
const missingInResults = new Set(['reject', 'ignore', 'no_result']);
/** Kinds of whose result the backend has more than Celery puts into an event. */
const longerInResults = new Set(['big']);

/** What the result backend and the gateway must say of a task, by its sender's ledger. */
export function expected(
  entry: TourEntry,
  setting: TourSetting,
): { readonly stored: Stored; readonly reported: Partial<Outcome> } {
  const { kind, result, retries } = entry;
  const success = { state: 'SUCCESS', result, exception: null };
  const [stored, reported] = others[kind]?.(entry, setting) ?? [{}, {}];
  const whole = { ...success, source: 'EVENTS' as const, retries, rejected: false, ...reported };
  return {
    stored: { ...success, ...stored },
    reported: losesEvents(setting) ? lossy(kind, whole) : whole,
  };
}

function lossy(kind: string, { state, result, exception, retries }: Outcome): Partial<Outcome> {
  if (missingInResults.has(kind)) return {};
  const outcome = { state, exception, retries };
  return longerInResults.has(kind) ? outcome : { ...outcome, result };
}
