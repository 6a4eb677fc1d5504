/**
 * Takes task messages and sees each through to its end: holds it until its ETA, queues it for one of
 * `concurrency` places, runs it, stores and announces the outcome. Counterpart of `celery.worker.strategy`
 * and `celery.app.trace`; it replaces celery-node's own handler, which prints arguments and has no bound.
 */
import { exceptionRepr, pythonRepr } from '../celery/python-repr.js';
import type { DemoClient } from './client.js';
import type { EventDispatcher } from './event-dispatcher.js';
import type { MemoryBackend, MemoryBroker, TaskMessage } from './memory-celery.js';
import type { Random } from './random.js';
import { readRequest, type TaskRequest } from './request.js';
import {
  Retry,
  storedException,
  Terminated,
  WorkerStopped,
  type DemoTask,
  type TaskContext,
} from './task.js';
import { after, sleep } from './timer.js';
import type { WorkerState } from './worker-state.js';

export interface TaskRunnerOptions {
  readonly hostname: string;
  readonly state: WorkerState;
  readonly events: EventDispatcher;
  readonly broker: MemoryBroker;
  readonly backend: MemoryBackend;
  /** Sends retries and children. */
  readonly client: DemoClient;
  readonly findTask: (name: string) => DemoTask | undefined;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly concurrency: number;
}

/** A request, and what acknowledges its message. */
interface Job {
  readonly request: TaskRequest;
  readonly task: DemoTask;
  acknowledge(): void;
}

const revokedType = 'TaskRevokedError';
const celeryExceptions = 'celery.exceptions';

export class TaskRunner {
  concurrency: number;
  readonly #options: TaskRunnerOptions;
  readonly #waiting: Job[] = [];
  readonly #timers = new Set<{ cancel(): void }>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.concurrency = options.concurrency;
  }

  /**
   * Settles when the message may be acknowledged, which Celery does as the task starts and not as it ends.
   * Rejects with MalformedMessageError for what is no task.
   */
  readonly handle = async (message: TaskMessage): Promise<void> => {
    const request = readRequest(message);
    const task = this.#options.findTask(request.name);
    if (!task) this.#unknown(request);
    else if (!this.#discard(request)) {
      await new Promise<void>((resolve) => {
        this.#receive({ request, task, acknowledge: resolve });
      });
    }
  };

  /** Starts what there is room for. */
  pump(): void {
    while (!this.#stopped && this.#options.state.active.size < this.concurrency) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#options.state.reserved.delete(job.request.id);
      job.acknowledge();
      if (this.#discard(job.request)) continue;
      const run = this.#run(job).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** Takes nothing new, and resolves when the running tasks have ended. */
  async drain(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#waiting.length = 0; // never acknowledged, so the broker gives them to another worker
    this.#options.state.scheduled.clear();
    this.#options.state.reserved.clear();
    await Promise.all(this.#running);
  }

  #receive(job: Job): void {
    const { state, events, broker, now } = this.#options;
    const { id, eta } = job.request;
    events.send('task-received', received(job.request));
    const delay = eta === null ? 0 : Date.parse(eta) - now();
    if (delay <= 0) {
      this.#reserve(job);
      return;
    }
    state.scheduled.set(id, job.request);
    broker.prefetch += 1; // a task that only waits must not keep others out
    const timer = after(delay, () => {
      this.#timers.delete(timer);
      state.scheduled.delete(id);
      this.#reserve(job);
      broker.prefetch -= 1;
    });
    this.#timers.add(timer);
  }

  #reserve(job: Job): void {
    this.#options.state.reserved.set(job.request.id, job.request);
    this.#waiting.push(job);
    this.pump();
  }

  async #run({ request, task }: Job): Promise<void> {
    const { state, events, hostname, now } = this.#options;
    const startedAt = now();
    const controller = new AbortController();
    const abort = (reason: Error) => {
      controller.abort(reason);
    };
    const active = { request, startedAt, abort };
    state.active.set(request.id, active);
    state.count(request.name);
    events.send('task-started', { uuid: request.id });
    this.#store(request, 'STARTED', { pid: process.pid, hostname });
    try {
      const value = await abortable(
        task.run(this.#context(request, task, controller.signal)),
        controller.signal,
      );
      const result = jsonValue(value);
      this.#store(request, 'SUCCESS', result);
      const runtime = (now() - startedAt) / 1000;
      events.send('task-succeeded', { uuid: request.id, result: pythonRepr(result), runtime });
    } catch (error) {
      await this.#failed(request, error);
    } finally {
      // A retry has the same id, and with no countdown it may be running by now.
      if (state.active.get(request.id) === active) state.active.delete(request.id);
      this.pump();
    }
  }

  async #failed(request: TaskRequest, error: unknown): Promise<void> {
    const { events, client } = this.#options;
    const uuid = request.id;
    if (error instanceof WorkerStopped) return;
    if (error instanceof Terminated) {
      this.#revoked(request, 'terminated', { terminated: true, signum: error.signum, expired: false });
      return;
    }
    const cause = error instanceof Retry ? error.cause : error;
    const exception = storedException(cause);
    const traceback = cause instanceof Error ? (cause.stack ?? null) : null;
    const texts = { exception: exceptionRepr(exception.exc_type, exception.exc_message), traceback };
    if (!(error instanceof Retry)) {
      this.#store(request, 'FAILURE', exception, traceback);
      events.send('task-failed', { uuid, ...texts });
      return;
    }
    this.#store(request, 'RETRY', exception, traceback);
    events.send('task-retried', { uuid, ...texts });
    try {
      await client.send(request.name, request.args, request.kwargs, {
        id: uuid,
        queue: request.queue,
        retries: request.retries + 1,
        countdown: error.countdown,
        rootId: request.rootId,
        ...(request.parentId !== null && { parentId: request.parentId }),
      });
    } catch (lost) {
      await this.#failed(request, lost); // the queue is full: then this was the last try
    }
  }

  /** Expired or revoked tasks are dropped when they arrive, and again when their turn comes. */
  #discard(request: TaskRequest): boolean {
    const { state, now } = this.#options;
    const expired = request.expires !== null && now() >= Date.parse(request.expires);
    if (!expired && !state.revoked.has(request.id)) return false;
    if (expired) state.revoke(request.id); // Celery lists them among the revoked, too
    this.#revoked(request, expired ? 'expired' : 'revoked', {
      terminated: false,
      signum: null,
      expired,
    });
    return true;
  }

  #revoked(request: TaskRequest, reason: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.events.send('task-revoked', { uuid: request.id, ...fields });
    const exception = { exc_type: revokedType, exc_message: [reason], exc_module: celeryExceptions };
    this.#store(request, 'REVOKED', exception);
  }

  /** Celery does not even announce its reception. */
  #unknown(request: TaskRequest): void {
    const exception = {
      exc_type: 'NotRegistered',
      exc_message: [request.name],
      exc_module: celeryExceptions,
    };
    this.#store(request, 'FAILURE', exception);
    const text = exceptionRepr(exception.exc_type, exception.exc_message);
    this.#options.events.send('task-failed', { uuid: request.id, exception: text });
  }

  #store(request: TaskRequest, status: string, result: unknown, traceback: string | null = null): void {
    const { id, name, args, kwargs, retries, queue, parentId } = request;
    const parent = parentId === null ? {} : { parent_id: parentId };
    const extras = { name, args, kwargs, worker: this.#options.hostname, retries, queue, ...parent };
    this.#options.backend.store(id, status, JSON.stringify(result), traceback, extras);
  }

  #context(request: TaskRequest, task: DemoTask, signal: AbortSignal): TaskContext {
    const { client, events, random } = this.#options;
    const { id, args, kwargs, retries, rootId } = request;
    return {
      ...{ id, args, kwargs, retries, random, signal },
      sleep: (seconds) => sleep(seconds * 1000, signal),
      send: (name, childArgs = [], options = {}) =>
        client.send(name, childArgs, {}, { ...options, rootId, parentId: id }),
      progress: (current, total) => {
        this.#store(request, 'PROGRESS', { current, total });
        events.send('task-progress', { uuid: id, current, total });
      },
      retry: (cause, countdown) =>
        retries < (task.maxRetries ?? 3) ? new Retry(cause, countdown) : cause,
    };
  }
}

function received(request: TaskRequest): Readonly<Record<string, unknown>> {
  const { id, name, argsRepr, kwargsRepr, rootId, parentId, retries, eta, expires } = request;
  const family = { root_id: rootId, parent_id: parentId };
  return { uuid: id, name, args: argsRepr, kwargs: kwargsRepr, ...family, retries, eta, expires };
}

/** A promise cannot be killed: a task that ignores its signal goes on unseen, and its outcome is dropped. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
  return Promise.race([work, aborted]);
}

/** No value is `None`; what JSON cannot carry fails the task, before anybody hears of a success. */
function jsonValue(value: unknown): unknown {
  const text: unknown = value === undefined ? 'null' : JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError(`a ${typeof value} is not JSON serializable`);
  return JSON.parse(text);
}
