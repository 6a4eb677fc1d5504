/**
 * Sends tasks to the cluster, new ones and old ones once more, and empties queues. Counterpart of
 * `celery.app.base.Celery.send_task` and `celery.app.control.Control.purge`, with what an operator needs besides: names
 * that must be known, lists of what is allowed, and arguments that are not guessed.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { withDeadline } from '../../timers.js';
import {
  BadUserInputError,
  BrokerUnavailableError,
  PurgeRefusedError,
  RerunRefusedError,
  TimeoutError,
  UnknownQueueError,
  UnknownTaskError,
  UnreadableResultError,
  type GatewayError,
} from '../../errors.js';
import type { AllowLists } from './allow-lists.js';
import { parseEvents } from '../events/event.js';
import type { State } from '../events/state.js';
import type { Task } from '../tasks/task.js';
import { originalArgs, originalKwargs, type Original } from './original-arguments.js';
import { createTaskMessage, type TaskCall, type TaskSent } from './outgoing-task.js';
import type { InspectLoader } from '../inspect/inspect-loader.js';
import type { Queues } from '../queues/queues.js';
import type { Redaction } from '../redaction/redactor.js';
import { isFinal } from '../states.js';
import { checkHeaders } from './task-headers.js';
import { checkArguments, checkOptions, checkSize, type TaskOptions } from './task-options.js';
import { taskWithResult } from '../results/task-result.js';
import type { ResultBackend, TaskMeta, Transport } from '../transport/transport.js';

export interface TaskSenderOptions {
  readonly transport: Transport;
  readonly results: ResultBackend | null;
  readonly state: State;
  readonly queues: Queues;
  readonly allowed: AllowLists;
  /** Whether a worker can run a task of that name; null if no worker has said so. */
  readonly isRegistered?:
    ((name: string, hostname: string | null) => Promise<boolean | null>) | undefined;
  /** Where a worker is asked whether it runs an orphan after all; it is not asked without. */
  readonly inspect?: Pick<InspectLoader, 'load'> | undefined;
  /** Milliseconds that workers have to answer before a task is sent once more. */
  readonly askTimeout?: number | undefined;
  /** Where a task goes that names no queue. */
  readonly defaultQueue: string;
  /** What is not to be remembered of the arguments. */
  readonly redaction?: Redaction | undefined;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface SentTask {
  readonly id: string;
  readonly queue: string;
}

export interface Rerun {
  readonly sent: SentTask;
  readonly original: Task;
}

/** Given values replace the original ones. */
export interface RerunOptions {
  readonly args?: unknown;
  readonly kwargs?: unknown;
  readonly queue?: string | null | undefined;
}

export interface SendOptions {
  /** Whether it is sent even if no worker has a task of that name. */
  readonly force?: boolean | undefined;
}

type Routed = Omit<TaskCall, 'origin'>;

/** Milliseconds: several round trips, each with its own deadline, must not add up to what a caller would not wait for. */
const longest = 1_900;
/** Milliseconds that workers have to answer before a task is sent once more: time to send it must be left. */
const askTimeout = 900;
/** Milliseconds for which a name that a worker has registered is not asked for again. */
const registeredTtl = 60_000;

export class TaskSender {
  readonly #options: TaskSenderOptions;
  /** What Celery calls a process that is not a worker. */
  readonly #origin = `gen${process.pid}@celeryql`;
  /** Task names that a worker has reported recently: a busy worker must not delay each task. */
  readonly #registered = new LRUCache<string, true>({ max: 1_000, ttl: registeredTtl });
  #clock = 0;

  constructor(options: TaskSenderOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the broker has it; the state knows it then.
   * @throws BadUserInputError, LimitExceededError, ForbiddenError, UnknownQueueError, UnknownTaskError before anything is
   * sent
   */
  send(
    name: string,
    given: { readonly args: unknown; readonly kwargs: unknown },
    options: TaskOptions = {},
    { force = false }: SendOptions = {},
  ): Promise<SentTask> {
    return inTime('Sending the task', (go) => this.#send(name, given, { options, force }, go));
  }

  async #send(
    name: string,
    given: { readonly args: unknown; readonly kwargs: unknown },
    { options, force }: { readonly options: TaskOptions; readonly force: boolean },
    go: Go,
  ): Promise<SentTask> {
    const { state, defaultQueue, allowed, clock } = this.#options;
    const { args, kwargs } = checkArguments(given);
    checkOptions(name, options);
    const id = options.id ?? randomUUID();
    if (options.id && state.task(id) !== null)
      throw new BadUserInputError(`There is a task ${id} already`);
    const now = clock();
    const later = (seconds: number | null | undefined): number | null =>
      typeof seconds === 'number' ? Math.round(now + seconds * 1000) : null;
    const call: Routed = {
      id,
      name,
      args,
      kwargs,
      queue: options.queue ?? defaultQueue,
      eta: options.eta ?? later(options.countdownSeconds),
      expires: options.expires ?? later(options.expiresSeconds),
      // As Celery does: only what is said in seconds may be dropped by the broker.
      expiration:
        typeof options.expiresSeconds === 'number' ? Math.round(options.expiresSeconds * 1000) : null,
      retries: options.retries,
      priority: options.priority,
      timeLimitSeconds: options.timeLimitSeconds,
      softTimeLimitSeconds: options.softTimeLimitSeconds,
      headers: checkHeaders(options.headers),
    };
    allowed.assertTask(name);
    allowed.assertQueue(call.queue);
    try {
      await this.#options.queues.assertKnown(call.queue);
      if (!force) await this.#assertRegistered(name);
      return await this.#publish(call, go);
    } catch (error) {
      const isDefault = typeof options.queue !== 'string';
      if (!isDefault || !(error instanceof UnknownQueueError)) throw error;
      throw new UnknownQueueError(call.queue, 'DEFAULT_QUEUE');
    }
  }

  /** @throws UnknownTaskError if all workers have answered, and none has it */
  async #assertRegistered(name: string): Promise<void> {
    const { isRegistered } = this.#options;
    if (isRegistered === undefined || this.#registered.has(name)) return;
    // A broker that refuses the question says so again when the task is sent.
    const answer = await this.#inAskTime(isRegistered(name, null).catch(() => null));
    if (answer === true) this.#registered.set(name, true);
    if (answer === false)
      throw new UnknownTaskError(
        `No worker has registered a task "${name}"; set force: true to send it anyway`,
      );
  }

  /**
   * Sends a finished or orphaned task once more, as a child of the one that there was. The worker of an orphan is asked
   * first whether it runs it after all.
   * @throws UnknownTaskError, RerunRefusedError with the reason, and what `send` throws
   */
  rerun(id: string, options: RerunOptions = {}): Promise<Rerun> {
    return inTime('Sending the task', (go) => this.#rerun(id, options, go));
  }

  async #rerun(id: string, options: RerunOptions, go: Go): Promise<Rerun> {
    const { original, meta } = await this.#find(id);
    const refused = (reason: string): GatewayError => new RerunRefusedError(id, reason);
    if (!isFinal(original.state) && original.orphanedAt === null)
      throw refused(`it is not finished, but ${original.state}`);
    const [reason, canBeName] = await Promise.all([
      isFinal(original.state) ? null : this.#whyAlive(id, original.worker),
      this.#canBeName(original),
    ]);
    if (reason !== null) throw refused(reason);
    if (original.name === null) throw refused('its name is unknown');
    if (!canBeName)
      throw refused(
        `${original.name} may be a shadow name: no worker has a task of that name, and no other name was reported`,
      );
    const queue = options.queue ?? original.queue;
    if (queue === null) throw refused('its queue is unknown; give one');
    const known = <T>(field: 'args' | 'kwargs', value: Original<T>): T => {
      if ('value' in value) return value.value;
      throw refused(`${value.reason}; give ${field}`);
    };
    checkOptions(original.name, { queue });
    const given = checkArguments({ args: options.args, kwargs: options.kwargs });
    const call: Routed = {
      id: randomUUID(),
      name: original.name,
      queue,
      args: hasValue(options.args) ? given.args : known('args', originalArgs(original, meta)),
      kwargs: hasValue(options.kwargs) ? given.kwargs : known('kwargs', originalKwargs(original, meta)),
      parentId: id,
      rootId: original.rootId ?? id,
    };
    return { sent: await this.#publish(call, go), original };
  }

  /** A name that only workers have shown may be what its sender wants to be shown. */
  async #canBeName({ name, isNameCertain, worker }: Task): Promise<boolean> {
    if (name === null || isNameCertain) return true;
    const asked = this.#options.isRegistered?.(name, worker) ?? Promise.resolve(null);
    return (await this.#inAskTime(asked)) ?? true;
  }

  /** Asks the worker of an orphaned task; null when the worker does not run it. */
  async #whyAlive(id: string, hostname: string | null): Promise<string | null> {
    const { state, inspect } = this.#options;
    if (inspect === undefined || hostname === null) return null;
    const result = await this.#inAskTime(inspect.load('active', { hostname }));
    const reply = result?.replies.get(hostname);
    if (reply?.ok !== true) {
      const status = state.worker(hostname)?.status ?? 'OFFLINE';
      return status === 'OFFLINE' ? null : `${hostname} lives and does not say whether it runs it`;
    }
    return reply.value.some((task) => task.id === id) ? `${hostname} runs it` : null;
  }

  /** Null if it takes longer: a dead worker never answers, and the caller does not wait for the whole broadcast. */
  #inAskTime<T>(answer: Promise<T>): Promise<T | null> {
    return Promise.race([answer, delay(this.#options.askTimeout ?? askTimeout, null, { ref: false })]);
  }

  /**
   * Removes what waits in a queue; resolves to how many messages that were.
   * @throws ForbiddenError, UnknownQueueError, and PurgeRefusedError when another number waits
   */
  purge(queue: string, expectedMessages: number): Promise<number> {
    return inTime('Purging the queue', (go) => this.#purge(queue, expectedMessages, go));
  }

  async #purge(queue: string, expectedMessages: number, go: Go): Promise<number> {
    const { transport, queues, allowed } = this.#options;
    if (expectedMessages < 0) throw new BadUserInputError('expectedMessages must not be negative');
    allowed.assertQueue(queue);
    await queues.assertKnown(queue);
    go();
    const { purged, messages } = await queues.emptying(
      queue,
      () => transport.purge(queue, expectedMessages),
      (purge) => purge.purged,
    );
    if (!purged) throw new PurgeRefusedError(queue, messages, expectedMessages);
    return messages;
  }

  async #publish(call: Routed, go: Go): Promise<SentTask> {
    const { transport, queues, allowed } = this.#options;
    const { id, name, queue } = call;
    allowed.assertTask(name);
    allowed.assertQueue(queue);
    const { message, sent } = createTaskMessage({ ...call, origin: this.#origin });
    checkSize(message.body);
    await queues.assertKnown(queue);
    go();
    await transport.sendTask(message);
    this.#learn(sent);
    return { id, queue };
  }

  /** Adds the task as the `task-sent` event of a Celery client does, so that clients can read it at once. */
  #learn(sent: TaskSent): void {
    const { state, clock, redaction } = this.#options;
    const now = clock();
    const event = {
      ...sent,
      type: 'task-sent',
      hostname: this.#origin,
      pid: process.pid,
      clock: ++this.#clock,
      timestamp: now / 1000,
    };
    for (const one of parseEvents(event, redaction).events) state.apply(one, now);
  }

  /** What events and the result backend know of it; what the latter stores are the values themselves. */
  async #find(id: string): Promise<{ original: Task; meta: TaskMeta | null }> {
    const known = this.#options.state.task(id);
    const meta = await this.#stored(id, known !== null);
    const original = taskWithResult(this.#options.state, id, meta);
    if (original !== null) return { original, meta };
    const { transport } = this.#options;
    // Unheard is not unknown.
    if (!transport.connection.connected) throw new BrokerUnavailableError(transport.address);
    throw new UnknownTaskError(`There is no task ${id}`);
  }

  async #stored(id: string, isKnown: boolean): Promise<TaskMeta | null> {
    try {
      const [meta = null] = (await this.#options.results?.fetch([id])) ?? [];
      if (meta instanceof UnreadableResultError) throw meta;
      return meta;
    } catch (error) {
      if (isKnown) return null; // events may have reported enough
      throw error;
    }
  }
}

/** Throws when the answer has been given already: what was not sent by then is not sent any more. */
type Go = () => void;

async function inTime<T>(what: string, work: (go: Go) => Promise<T>): Promise<T> {
  let late = false;
  const go = (): void => {
    if (late) throw new TimeoutError(what, longest);
  };
  try {
    return await withDeadline(work(go), longest, what);
  } finally {
    late = true;
  }
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null;
}
