/** One task as the gateway knows it. Counterpart of `celery.events.state.Task`. Times are epoch milliseconds. */

import type { TaskRun } from './task-run.js';

/** Texts that events bring; long ones are cut when they are stored, and named in `truncated`. */
export const taskTexts = ['args', 'kwargs', 'result', 'exception', 'traceback'] as const;
export type TaskText = (typeof taskTexts)[number];

/** Where the state shown came from. */
export type TaskSource = 'EVENTS' | 'INSPECT' | 'RESULT_BACKEND';

/** An immutable snapshot of a task: safe to cache and to share between requests. Null means unknown. */
export interface Task {
  readonly id: string;
  /** Position in the order of first sight: newer tasks have larger numbers, and it never changes. */
  readonly sequence: number;
  readonly name: string | null;
  /** Whether `name` is what the worker runs; a name that only workers have shown may be a shadow name. */
  readonly isNameCertain: boolean;
  /** What its sender has it shown as in logs and monitors; null if that is its name, or if it is unknown. */
  readonly shadow: string | null;
  /** Celery's state, or a custom one in upper case. */
  readonly state: string;
  /** Python representations in text, as Celery sends them; never JSON. */
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly result: string | null;
  readonly exception: string | null;
  readonly traceback: string | null;
  /** What the task reported in a custom state, as a JSON value: only the result backend has it. */
  readonly progress?: unknown;
  /** Which texts were cut, by the worker (`...` at the end) or by the store's own limit. */
  readonly truncated: readonly TaskText[];
  /** Node name of the worker that had it last. */
  readonly worker: string | null;
  readonly queue: string | null;
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly retries: number;
  readonly eta: number | null;
  readonly expires: number | null;
  /** Lamport clock of the last event. */
  readonly clock: number | null;
  /** Node name of the sender. */
  readonly client: string | null;
  readonly sentAt: number | null;
  readonly receivedAt: number | null;
  readonly startedAt: number | null;
  readonly succeededAt: number | null;
  readonly failedAt: number | null;
  readonly retriedAt: number | null;
  readonly revokedAt: number | null;
  readonly rejectedAt: number | null;
  /** When it reached a final state (SUCCESS, FAILURE, REVOKED, REJECTED). */
  readonly finishedAt: number | null;
  /** Whether a worker has started it and not yet let go of it. */
  readonly isRunning: boolean;
  /** When the worker that ran it went away, by the gateway's clock; null unless no worker is known to go on with it. */
  readonly orphanedAt: number | null;
  /** As the worker measured it, or else from the start to the end by the clock of the worker; null while it runs. */
  readonly runtimeSeconds: number | null;
  /** Seconds from sent (or received, if the sending is unknown) to started, without the wait for an ETA. */
  readonly queueWaitSeconds: number | null;
  /** Its runs before the latest one, which all else is about: the first two, and the last eight. Earliest first. */
  readonly attempts: readonly TaskRun[];
  /** How many more there were. */
  readonly attemptsOmitted: number;
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly childIds: readonly string[];
  readonly source: TaskSource;
}

/** SEEN is the order of first sight, which never changes. */
export const taskOrderFields = [
  'SEEN',
  'RECEIVED',
  'STARTED',
  'FINISHED',
  'RUNTIME',
  'QUEUE_WAIT',
  'NAME',
  'STATE',
] as const;
export type TaskOrderField = (typeof taskOrderFields)[number];

/**
 * Tasks without what is sorted by come last in either direction; those with the same are listed by their sequence,
 * in the same direction.
 */
export interface TaskOrder {
  readonly field: TaskOrderField;
  readonly direction: 'ASC' | 'DESC';
}

export const newestFirst: TaskOrder = { field: 'SEEN', direction: 'DESC' };
/** Tasks of a page where the reader names no number. */
export const defaultPageSize = 50;

/** A place in an order: that of the task with this sequence when it had this key. The key of SEEN is null. */
export interface TaskPosition {
  readonly key: number | string | null;
  readonly sequence: number;
}

/**
 * A slice of the tasks that pass a filter. `after` and `before` are exclusive places, which are good whether their
 * task is still there or not: a task whose key does not change meanwhile is neither repeated nor skipped.
 */
export interface TaskSlice {
  /** Newest first by default. */
  readonly order?: TaskOrder | undefined;
  readonly first?: number | undefined;
  readonly after?: TaskPosition | undefined;
  readonly last?: number | undefined;
  readonly before?: TaskPosition | undefined;
  /** Whether all that pass are to be counted, which may mean to look at all of them; true by default. */
  readonly totalCount?: boolean | undefined;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Where each task stands: a cursor. */
  readonly positions: readonly TaskPosition[];
  /** Null if it was not requested. */
  readonly totalCount: number | null;
  /** Whether others precede, and others follow, what is shown. */
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
}
