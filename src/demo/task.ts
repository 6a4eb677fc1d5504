/** What a demo task is and what it may do. Counterpart of `celery.app.task.Task` and its request context. */
import type { SendOptions } from './client.js';
import type { Random } from './random.js';

export interface TaskContext {
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly retries: number;
  readonly random: Random;
  /** Aborted when the task is terminated or its worker stops. */
  readonly signal: AbortSignal;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Sends a child: same root, this task as its parent. */
  readonly send: (name: string, args?: readonly unknown[], options?: SendOptions) => Promise<string>;
  /** `update_state('PROGRESS')`, and the custom event that goes with it. */
  readonly progress: (current: number, total: number) => void;
  /** What to throw in order to try again after a countdown (seconds); the cause once retries are used up. */
  readonly retry: (cause: Error, countdown: number) => Error;
}

export interface DemoTask {
  readonly name: string;
  /** Retries before a failure is final; Celery's default. */
  readonly maxRetries?: number;
  run(context: TaskContext): Promise<unknown>;
}

/** A failure with the type and arguments that a Python task would raise. */
export class TaskError extends Error {
  readonly type: string;
  readonly module: string;
  readonly args: readonly (string | number)[];

  constructor(type: string, module: string, ...args: readonly (string | number)[]) {
    super(args.join(', '));
    this.name = type; // the stack begins with it
    this.type = type;
    this.module = module;
    this.args = args;
  }
}

/** Not a failure: the task wants another try. Counterpart of `celery.exceptions.Retry`. */
export class Retry extends Error {
  override readonly cause: Error;
  /** Seconds. */
  readonly countdown: number;

  constructor(cause: Error, countdown: number) {
    super(`Retry in ${countdown}s`, { cause });
    this.cause = cause;
    this.countdown = countdown;
  }
}

/** Not a failure either: `revoke` with `terminate` ended the task. */
export class Terminated extends Error {
  readonly signum: number;

  constructor(signum: number) {
    super('terminated');
    this.signum = signum;
  }
}

/** The worker went away in the middle of the task: there is no outcome to report. */
export class WorkerStopped extends Error {}

/** As results store an exception: `exc_type`, `exc_message`, `exc_module`. */
export interface StoredException {
  readonly exc_type: string;
  readonly exc_message: readonly unknown[];
  readonly exc_module: string;
}

/** Tasks may throw anything; what is not an error is quoted. */
export function storedException(error: unknown): StoredException {
  if (error instanceof TaskError) {
    return { exc_type: error.type, exc_message: error.args, exc_module: error.module };
  }
  if (error instanceof Error) {
    return { exc_type: error.name, exc_message: [error.message], exc_module: 'builtins' };
  }
  return { exc_type: 'Error', exc_message: [String(error)], exc_module: 'builtins' };
}
