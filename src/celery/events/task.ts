/** One task as the gateway knows it. Counterpart of `celery.events.state.Task`. Times are epoch milliseconds. */

/** Texts that events bring; long ones are cut when they are stored, and named in `truncated`. */
export const taskTexts = ['args', 'kwargs', 'result', 'exception', 'traceback'] as const;
export type TaskText = (typeof taskTexts)[number];

/** Where the state shown came from. */
export type TaskSource = 'EVENTS' | 'INSPECT' | 'RESULT_BACKEND';

/** An immutable picture of a task: safe to cache and to share between requests. Null means: nobody told. */
export interface Task {
  readonly id: string;
  /** Position in the order of first sight: newer tasks have larger numbers, and it never changes. */
  readonly sequence: number;
  readonly name: string | null;
  /** Celery's state, or a custom one in upper case. */
  readonly state: string;
  /** Python representations in text, as Celery sends them; never JSON. */
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly result: string | null;
  readonly exception: string | null;
  readonly traceback: string | null;
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
  /** As the worker measured it. */
  readonly runtimeSeconds: number | null;
  /** From sent (or received, when nobody told of the sending) to started; an ETA in between does not count. */
  readonly queueWaitSeconds: number | null;
  readonly rootId: string | null;
  readonly parentId: string | null;
  readonly childIds: readonly string[];
  readonly source: TaskSource;
}

/** All conditions must hold; a list is satisfied by any of its members; an absent or empty list by everything. */
export interface TaskFilter {
  readonly ids?: readonly string[] | undefined;
  readonly states?: readonly string[] | undefined;
  readonly names?: readonly string[] | undefined;
  readonly workers?: readonly string[] | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly rootId?: string | undefined;
  readonly parentId?: string | undefined;
  /** Free text: terms are AND-ed, "quotes" make a phrase, `-` excludes, `name:` `state:` `worker:` narrow. */
  readonly search?: string | undefined;
}

/** A slice of the tasks that pass a filter, newest first. `after` and `before` are sequence numbers, exclusive. */
export interface TaskSlice {
  readonly first?: number | undefined;
  readonly after?: number | undefined;
  readonly last?: number | undefined;
  readonly before?: number | undefined;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  readonly totalCount: number;
  /** Whether newer tasks precede, and older ones follow, what is shown. */
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
}
