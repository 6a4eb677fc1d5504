/**
 * Takes task messages and sees each through to its end: holds it until its ETA, queues it for one of
 * `concurrency` places, runs it, tries again. Counterpart of `celery.worker.strategy` and the pool; it
 * replaces celery-node's own handler, which prints arguments, has no bound and dies of an unknown task.
 */
import type { DemoClient } from './client.js';
import type { MemoryBroker, TaskMessage } from './memory-celery.js';
import { TaskLimits } from './task-limits.js';
import type { Random } from './random.js';
import { readRequest, type TaskRequest } from './request.js';
import type { TaskOutcome } from './task-outcome.js';
import { Retry, Terminated, WorkerStopped, type DemoTask, type TaskContext } from './task.js';
import { after, sleep } from './timer.js';
import type { WorkerState } from './worker-state.js';

export interface TaskRunnerOptions {
  readonly state: WorkerState;
  readonly outcome: TaskOutcome;
  readonly broker: MemoryBroker;
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

export class TaskRunner {
  concurrency: number;
  readonly limits = new TaskLimits();
  readonly #options: TaskRunnerOptions;
  readonly #waiting: Job[] = [];
  readonly #timers = new Set<{ cancel(): void }>();
  readonly #running = new Set<Promise<void>>();
  #pumping: { cancel(): void } | null = null;
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
    if (!task) this.#options.outcome.unknown(request);
    else if (!this.#discard(request)) {
      await new Promise<void>((resolve) => {
        this.#receive({ request, task, acknowledge: resolve });
      });
    }
  };

  /** Starts what there is room for. */
  pump(): void {
    while (!this.#stopped && this.#options.state.active.size < this.concurrency) {
      const job = this.#next();
      if (!job) return;
      this.#options.state.reserved.delete(job.request.id);
      job.acknowledge();
      if (this.#discard(job.request)) continue;
      const run = this.#run(job).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** The first whose rate limit lets it start; where they all have to wait, the first to come looks again. */
  #next(): Job | undefined {
    const now = this.#options.now();
    const held = new Map<string, number>();
    for (const [index, job] of this.#waiting.entries()) {
      const { name } = job.request;
      const wait = held.get(name) ?? this.limits.wait(name, now);
      if (wait === 0) return this.#waiting.splice(index, 1)[0];
      held.set(name, wait);
    }
    if (held.size > 0) this.#pumpAfter(Math.min(...held.values()));
    return undefined;
  }

  #pumpAfter(milliseconds: number): void {
    this.#pumping?.cancel();
    this.#pumping = after(milliseconds, () => this.pump());
  }

  /** Takes nothing new, and resolves when the running tasks have ended. */
  async drain(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#pumping?.cancel();
    this.#waiting.length = 0; // never acknowledged, so the broker gives them to another worker
    this.#options.state.scheduled.clear();
    this.#options.state.reserved.clear();
    await Promise.all(this.#running);
  }

  #receive(job: Job): void {
    const { state, outcome, broker, now } = this.#options;
    const { id, eta } = job.request;
    outcome.received(job.request);
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

  /** Never rejects. */
  async #run({ request, task }: Job): Promise<void> {
    const { state, outcome, now } = this.#options;
    const controller = new AbortController();
    const abort = (reason: Error) => {
      controller.abort(reason);
    };
    const active = { request, startedAt: now(), abort };
    state.active.set(request.id, active);
    state.count(request.name);
    outcome.started(request);
    try {
      const work = task.run(this.#context(request, task, controller.signal));
      const value = await abortable(work, controller.signal);
      outcome.succeeded(request, value, (now() - active.startedAt) / 1000);
    } catch (error) {
      await this.#raised(request, error);
    } finally {
      // A retry has the same id, and with no countdown it may be running by now.
      if (state.active.get(request.id) === active) state.active.delete(request.id);
      this.pump();
    }
  }

  async #raised(request: TaskRequest, error: unknown): Promise<void> {
    const { outcome } = this.#options;
    if (error instanceof WorkerStopped) return;
    if (error instanceof Terminated)
      outcome.revoked(request, { reason: 'terminated', signum: error.signum });
    else if (!(error instanceof Retry)) outcome.failed(request, error);
    else {
      outcome.retried(request, error.cause);
      // When the queue takes no more, that was the last try.
      await this.#sendAgain(request, error.countdown).catch((lost: unknown) => {
        outcome.failed(request, lost);
      });
    }
  }

  async #sendAgain(request: TaskRequest, countdown: number): Promise<void> {
    const { name, args, kwargs, id, queue, rootId, parentId, retries } = request;
    await this.#options.client.send(name, args, kwargs, {
      id,
      queue,
      countdown,
      rootId,
      retries: retries + 1,
      ...(parentId !== null && { parentId }),
    });
  }

  /** Expired or revoked tasks are dropped when they arrive, and again when their turn comes. */
  #discard(request: TaskRequest): boolean {
    const { state, outcome, now } = this.#options;
    const expired = request.expires !== null && now() >= Date.parse(request.expires);
    if (!expired && !state.revoked.has(request.id)) return false;
    if (expired) state.revoke(request.id); // Celery lists them among the revoked, too
    outcome.revoked(request, { reason: expired ? 'expired' : 'revoked' });
    return true;
  }

  #context(request: TaskRequest, task: DemoTask, signal: AbortSignal): TaskContext {
    const { client, outcome, random } = this.#options;
    const { id, args, kwargs, retries, rootId } = request;
    return {
      id,
      args,
      kwargs,
      retries,
      random,
      signal,
      sleep: (seconds) => sleep(seconds * 1000, signal),
      send: (name, childArgs = [], options = {}) =>
        client.send(name, childArgs, {}, { ...options, rootId, parentId: id }),
      progress: (current, total) => {
        if (!signal.aborted) outcome.progress(request, current, total);
      },
      retry: (cause, countdown) =>
        retries < (task.maxRetries ?? 3) ? new Retry(cause, countdown) : cause,
    };
  }
}

/** A promise cannot be killed: a task that ignores its signal goes on unseen, and its outcome is dropped. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, aborted]);
}
