/**
 * Stores what becomes of a task and announces it, always both and in that order: a client that receives the event of a result
 * can read it. Counterpart of `celery.app.trace`'s handlers and of the events in `celery.worker.request`.
 */
import { exceptionRepr, pythonRepr } from '../celery/python/python-repr.js';
import type { EventDispatcher } from './event-dispatcher.js';
import type { MemoryBackend } from './memory-celery.js';
import type { TaskRequest } from './request.js';
import { storedException, type StoredException } from './task.js';

export interface TaskOutcomeOptions {
  readonly hostname: string;
  readonly events: EventDispatcher;
  readonly backend: MemoryBackend;
}

export interface Revocation {
  readonly reason: 'revoked' | 'expired' | 'terminated';
  readonly signum?: number;
}

export class TaskOutcome {
  readonly #options: TaskOutcomeOptions;

  constructor(options: TaskOutcomeOptions) {
    this.#options = options;
  }

  received(request: TaskRequest): void {
    const { id, name, argsRepr, kwargsRepr, rootId, parentId, retries, eta, expires } = request;
    const family = { root_id: rootId, parent_id: parentId };
    const fields = {
      uuid: id,
      name,
      args: argsRepr,
      kwargs: kwargsRepr,
      ...family,
      retries,
      eta,
      expires,
    };
    this.#options.events.send('task-received', fields);
  }

  started(request: TaskRequest): void {
    this.#store(request, 'STARTED', { pid: process.pid, hostname: this.#options.hostname });
    this.#options.events.send('task-started', { uuid: request.id });
  }

  /** Celery only stores a custom state; the event is what a task would send with `send_event`. */
  progress(request: TaskRequest, current: number, total: number): void {
    this.#store(request, 'PROGRESS', { current, total });
    this.#options.events.send('task-progress', { uuid: request.id, current, total });
  }

  /** Throws for a value that JSON cannot carry, before a success is announced. */
  succeeded(request: TaskRequest, value: unknown, runtime: number): void {
    const result = jsonValue(value);
    this.#store(request, 'SUCCESS', result);
    this.#options.events.send('task-succeeded', {
      uuid: request.id,
      result: pythonRepr(result),
      runtime,
    });
  }

  failed(request: TaskRequest, error: unknown): void {
    this.#raised(request, 'FAILURE', 'task-failed', error);
  }

  retried(request: TaskRequest, cause: Error): void {
    this.#raised(request, 'RETRY', 'task-retried', cause);
  }

  revoked(request: TaskRequest, { reason, signum }: Revocation): void {
    this.#store(request, 'REVOKED', celeryException('TaskRevokedError', reason));
    this.#options.events.send('task-revoked', {
      uuid: request.id,
      terminated: reason === 'terminated',
      signum: signum ?? null,
      expired: reason === 'expired',
    });
  }

  /** No such task here. Celery sends neither its reception nor a traceback. */
  unknown(request: TaskRequest): void {
    const exception = celeryException('NotRegistered', request.name);
    this.#store(request, 'FAILURE', exception);
    this.#options.events.send('task-failed', { uuid: request.id, exception: shown(exception) });
  }

  #raised(request: TaskRequest, state: string, type: `task-${string}`, error: unknown): void {
    const exception = storedException(error);
    // A JavaScript stack: to dress it up as Python's would only mislead.
    const traceback = error instanceof Error ? (error.stack ?? null) : null;
    this.#store(request, state, exception, traceback);
    this.#options.events.send(type, { uuid: request.id, exception: shown(exception), traceback });
  }

  #store(request: TaskRequest, status: string, result: unknown, traceback: string | null = null): void {
    const { id, name, args, kwargs, retries, queue, parentId } = request;
    const parent = parentId === null ? {} : { parent_id: parentId };
    const extras = { name, args, kwargs, worker: this.#options.hostname, retries, queue, ...parent };
    this.#options.backend.store(id, status, JSON.stringify(result), traceback, extras);
  }
}

function celeryException(type: string, argument: string): StoredException {
  return { exc_type: type, exc_message: [argument], exc_module: 'celery.exceptions' };
}

function shown({ exc_type: type, exc_message: args }: StoredException): string {
  return exceptionRepr(type, args);
}

/** No value is `None`. */
function jsonValue(value: unknown): unknown {
  const text: unknown = value === undefined ? 'null' : JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError(`a ${typeof value} is not JSON serializable`);
  return JSON.parse(text);
}
