/**
 * Answers remote control for one worker. Counterpart of `celery.worker.pidbox` and `celery.worker.control`;
 * each command is a row of one table.
 */
import { errorMessage } from '../error-message.js';
import { constants } from 'node:os';
import { z } from 'zod';
import { decodeEnvelope } from '../celery/messages/message.js';
import { decodeBody } from '../celery/messages/message-body.js';
import { exceptionRepr } from '../celery/python/python-repr.js';
import type { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import type { EventDispatcher } from './event-dispatcher.js';
import {
  brokerInfo,
  configuration,
  poolInfo,
  queueInfo,
  resourceUsage,
  safeTaskInfo,
  taskInfo,
} from './inspect-replies.js';
import type { LamportClock } from './lamport-clock.js';
import { TaskError, Terminated } from './task.js';
import type { TaskLimits } from './task-limits.js';
import type { WorkerState } from './worker-state.js';

/** What the commands see of their worker. */
export interface ControlledWorker {
  readonly hostname: string;
  readonly queues: readonly string[];
  readonly registered: readonly string[];
  readonly state: WorkerState;
  readonly clock: LamportClock;
  readonly events: EventDispatcher;
  readonly uptimeSeconds: number;
  readonly prefetch: number;
  readonly limits: TaskLimits;
  concurrency: number;
  consume(queue: string): void;
  cancelConsumer(queue: string): void;
  /** Looks again for what may start. */
  pump(): void;
  /** The event that is sent on request, which Celery leaves without counts. */
  heartbeatNow(): void;
  stop(): Promise<void>;
}

const request = z.object({
  method: z.string(),
  arguments: z.record(z.string(), z.unknown()).nullish(),
  destination: z.array(z.string()).nullish(),
  ticket: z.string().nullish(),
  reply_to: z.object({ exchange: z.string(), routing_key: z.string() }).nullish(),
});

const queueArgument = z.object({ queue: z.string() });
const rateArguments = z.object({ task_name: z.string(), rate_limit: z.string() });
const timeArguments = z.object({
  task_name: z.string(),
  soft: z.number().nullable().default(null),
  hard: z.number().nullable().default(null),
});
const poolStep = z.number().int().nonnegative().max(1_000);

type Arguments = Readonly<Record<string, unknown>>;
type Command = (worker: ControlledWorker, args: Arguments) => unknown;

const commands: Readonly<Record<string, Command>> = {
  ping: () => ({ ok: 'pong' }),
  clock: ({ clock }) => ({ clock: clock.value }),
  heartbeat: (worker) => {
    worker.heartbeatNow();
    return null;
  },
  stats: (worker) => ({
    total: Object.fromEntries(worker.state.total),
    pid: process.pid,
    clock: String(worker.clock.value),
    uptime: Math.floor(worker.uptimeSeconds),
    pool: poolInfo(worker.concurrency),
    broker: brokerInfo(),
    prefetch_count: worker.prefetch,
    rusage: resourceUsage(),
  }),
  active: ({ hostname, state }, { safe }) => {
    const shown = safe === true ? safeTaskInfo : taskInfo;
    return [...state.active.values()].map((active) => shown(hostname, active.request, active));
  },
  reserved: ({ hostname, state }) =>
    [...state.reserved.values()].map((held) => taskInfo(hostname, held)),
  scheduled: ({ hostname, state }) =>
    [...state.scheduled.values()].map((held) => ({
      eta: held.eta,
      priority: 6, // Celery's timer priority for ETA tasks
      request: taskInfo(hostname, held),
    })),
  revoked: ({ state }) => [...state.revoked],
  registered: ({ registered, limits }) =>
    [...registered].sort().map((name) => {
      const rate = limits.rates.get(name);
      return rate === undefined ? name : `${name} [rate_limit=${rate}]`;
    }),
  active_queues: ({ queues }) => queues.map(queueInfo),
  conf: ({ concurrency }) => configuration(concurrency),
  query_task: ({ hostname, state }, args) => {
    const found: Record<string, unknown> = {};
    for (const id of idList('query_task', 'ids', args)) {
      const active = state.active.get(id);
      const reserved = state.reserved.get(id);
      if (active) found[id] = ['active', taskInfo(hostname, active.request, active)];
      else if (reserved) found[id] = ['reserved', taskInfo(hostname, reserved)];
    }
    return found;
  },
  revoke: ({ state }, args) => {
    const ids = idList('revoke', 'task_id', args);
    const signum = args['terminate'] === true ? signalNumber(args['signal']) : null;
    for (const id of ids) state.revoke(id);
    if (signum === null) return { ok: `tasks ${ids.join(', ')} flagged as revoked` };
    const running = ids.filter((id) => state.active.has(id));
    for (const id of running) state.active.get(id)?.abort(new Terminated(signum));
    return { ok: `terminate: ${running.length > 0 ? running.join(', ') : 'tasks unknown'}` };
  },
  enable_events: ({ events }) => {
    const already = events.taskEvents;
    events.taskEvents = true;
    return { ok: already ? 'task events already enabled' : 'task events enabled' };
  },
  disable_events: ({ events }) => {
    const enabled = events.taskEvents;
    events.taskEvents = false;
    return { ok: enabled ? 'task events disabled' : 'task events already disabled' };
  },
  add_consumer: (worker, args) => {
    const { queue } = queueArgument.parse(args);
    worker.consume(queue);
    return { ok: `add consumer ${queue}` };
  },
  cancel_consumer: (worker, args) => {
    const { queue } = queueArgument.parse(args);
    worker.cancelConsumer(queue);
    return { ok: `no longer consuming from ${queue}` };
  },
  rate_limit: (worker, args) => {
    const { task_name: name, rate_limit: rate } = rateArguments.parse(args);
    if (!worker.registered.includes(name)) return { error: 'unknown task' };
    worker.limits.rates.set(name, rate);
    worker.pump();
    return { ok: 'new rate limit set successfully' };
  },
  time_limit: (worker, args) => {
    const { task_name: name } = timeArguments.parse(args);
    if (!worker.registered.includes(name)) return { error: 'unknown task' };
    // As in Celery, it has no effect while the connection lasts.
    return { ok: 'time limits set successfully' };
  },
  autoscale: () => {
    throw new TaskError('ValueError', 'builtins', 'Autoscale not enabled');
  },
  pool_restart: () => {
    throw new TaskError('ValueError', 'builtins', 'Pool restarts not enabled');
  },
  pool_grow: (worker, { n = 1 }) => {
    worker.concurrency += poolStep.parse(n);
    return { ok: 'pool will grow' };
  },
  pool_shrink: (worker, { n = 1 }) => {
    const left = worker.concurrency - poolStep.parse(n);
    if (left < 1)
      throw new TaskError('ValueError', 'builtins', "Can't shrink pool. All processes busy!");
    worker.concurrency = left;
    return { ok: 'pool will shrink' };
  },
};

/** Binds the worker's pidbox; returns the function that unbinds it. */
export function startAgent(worker: ControlledWorker, bus: MemoryBus): () => void {
  return bus.bindPidbox(worker.hostname, (text) => {
    try {
      answer(worker, bus, text);
    } catch {
      // Not a request: like kombu, drop it and go on listening.
    }
  });
}

function answer(worker: ControlledWorker, bus: MemoryBus, text: string): void {
  const message = decodeEnvelope(text);
  worker.clock.adjust(message.headers['clock']);
  const {
    method,
    arguments: args,
    destination,
    ticket,
    reply_to: replyTo,
  } = request.parse(decodeBody(message));
  // An empty list addresses everyone, as in kombu.
  if (destination && destination.length > 0 && !destination.includes(worker.hostname)) return;
  if (method === 'shutdown') {
    void worker.stop(); // a worker that leaves does not reply
    return;
  }
  const value = execute(worker, method, args ?? {});
  if (!ticket || !replyTo) return;
  bus.publishReply({
    exchange: replyTo.exchange,
    routingKey: replyTo.routing_key,
    deliveryMode: 1,
    headers: { ticket, clock: worker.clock.forward() },
    body: { [worker.hostname]: value },
  });
}

/** What a command throws is its reply, in Celery's words. */
function execute(worker: ControlledWorker, method: string, args: Arguments): unknown {
  const command = Object.hasOwn(commands, method) ? commands[method] : undefined;
  if (!command) return { error: exceptionRepr('KeyError', [method]) };
  try {
    return command(worker, args);
  } catch (error) {
    if (error instanceof TaskError) return { error: exceptionRepr(error.type, error.args) };
    return {
      error: exceptionRepr('TypeError', [errorMessage(error)]),
    };
  }
}

function idList(method: string, name: string, args: Arguments): readonly string[] {
  const ids = z.union([z.string().transform((id) => [id]), z.array(z.string())]).safeParse(args[name]);
  if (ids.success) return ids.data;
  const message = `${method}() missing 1 required positional argument: '${name}'`;
  throw new TaskError('TypeError', 'builtins', message);
}

/** A signal by name, with or without SIG, or by number; SIGTERM by default. */
function signalNumber(signal: unknown): number {
  if (typeof signal === 'number') return signal;
  const text = typeof signal === 'string' ? signal.toUpperCase() : 'TERM';
  const name = text.startsWith('SIG') ? text : `SIG${text}`;
  const found = Object.entries(constants.signals).find(([known]) => known === name);
  if (found) return found[1];
  throw new TaskError('AttributeError', 'builtins', `module 'signal' has no attribute '${name}'`);
}
