/**
 * What workers say to inspect commands: one row a command, with the shape of the reply and where secrets may be in it.
 * What an entry must have is strict; every other field of an unexpected type reads as unknown, so that it costs neither the entry nor the reply.
 */
import { z } from 'zod';
import { isObject } from '../events/event-fields.js';
import { toPlainJson } from '../python/python-json.js';
import type { Redactor } from '../redaction/redactor.js';
import { taskIdText } from '../task-id.js';

/** What the API shows as GraphQL's Int: any other number reads as unknown, so that it fails nothing. */
const integer = z.int32().nullish().catch(null);
const number = z.number().nullish().catch(null);
const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
/** Epoch seconds, of this century: old workers send the time of a monotonic clock, which says nothing elsewhere. */
const time = z.number().min(946_684_800).max(4_102_444_800).nullish().catch(null);

const taskId = z.unknown().transform(taskIdText).pipe(z.string());

/** Values as clients get them, except where Python's own notation of them is shown. */
function plainExcept(...exact: readonly string[]): (value: unknown) => unknown {
  return (value) => {
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, exact.includes(key) ? item : toPlainJson(item)]),
    );
  };
}

function plain<T extends z.ZodType>(shape: T) {
  return z.preprocess((value) => toPlainJson(value), shape);
}

/** One task in a worker's hands, as `celery.worker.request.Request.info` lays it out. */
const taskInfo = z.preprocess(
  plainExcept('args', 'kwargs'),
  z.object({
    id: taskId,
    /** The shadow name if there is one; `type` is the name itself. */
    name: text,
    type: text,
    args: z.unknown().optional(),
    kwargs: z.unknown().optional(),
    hostname: text,
    time_start: time,
    acknowledged: flag,
    delivery_info: z
      .object({ exchange: text, routing_key: text, priority: integer, redelivered: flag })
      .nullish()
      .catch(null),
    worker_pid: integer,
  }),
);
export type TaskInfo = z.infer<typeof taskInfo>;

const scheduledTask = z.preprocess(
  plainExcept('request'),
  z.object({ eta: text, priority: integer, request: taskInfo }),
);
export type ScheduledTaskInfo = z.infer<typeof scheduledTask>;

const maxInt = 2_147_483_647;
/** Tasks by name; their sum is shown too. */
const totals = z
  .record(z.string(), z.int32().min(0))
  .refine((counts) => Object.values(counts).reduce((sum, count) => sum + count, 0) <= maxInt);

/** Without what is no number: Python writes NaN for what it cannot measure. */
const measurements = z.record(z.string(), z.unknown()).transform((values) => {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'number') numbers[name] = value;
  return numbers;
});

const stats = plain(
  z.object({
    total: totals.nullish().catch(null),
    pid: integer,
    clock: z.coerce.number().nullish().catch(null),
    uptime: number,
    pool: z
      .object({
        implementation: text,
        'max-concurrency': integer,
        processes: z.array(z.int32()).nullish().catch(null),
        threads: integer,
        'max-tasks-per-child': z.union([z.number(), z.string()]).nullish().catch(null),
        'put-guarded-by-semaphore': flag,
        timeouts: z.array(z.number().nullable()).nullish().catch(null),
        writes: z.unknown().optional(),
      })
      .nullish()
      .catch(null),
    broker: z
      .object({ transport: text, hostname: text, port: integer, virtual_host: text, userid: text })
      .nullish()
      .catch(null),
    prefetch_count: integer,
    rusage: measurements.nullish().catch(null),
    autoscaler: z
      .object({ max: integer, min: integer, current: integer, qty: integer })
      .nullish()
      .catch(null),
  }),
);
export type WorkerStatsReply = z.infer<typeof stats>;

const activeQueue = plain(
  z.object({
    name: z.string(),
    exchange: z.object({ name: text, type: text }).nullish().catch(null),
    routing_key: text,
    durable: flag,
    exclusive: flag,
    auto_delete: flag,
    no_ack: flag,
    queue_arguments: z.record(z.string(), z.unknown()).nullish().catch(null),
    max_priority: integer,
  }),
);
export type ActiveQueueReply = z.infer<typeof activeQueue>;

interface CommandRow<Shape extends z.ZodType> {
  readonly shape: Shape;
  /** Masks the secrets of a value; null where it can have none. */
  readonly mask: ((value: z.infer<Shape>, redactor: Redactor) => z.infer<Shape>) | null;
  /** What the command is sent with; nothing if it is left out. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

function command<Shape extends z.ZodType>(row: CommandRow<Shape>): CommandRow<Shape> {
  return row;
}

function maskTask(info: TaskInfo, { tasks }: Redactor): TaskInfo {
  return { ...info, args: tasks.value(info.args), kwargs: tasks.value(info.kwargs) };
}

function maskTasks(infos: TaskInfo[], redactor: Redactor): TaskInfo[] {
  return infos.map((info) => maskTask(info, redactor));
}

/** Command names are Celery's; a row is all that a new command needs. */
export const inspectCommands = {
  ping: command({ shape: z.object({ ok: z.string() }), mask: null }),
  stats: command({ shape: stats, mask: null }),
  active: command({
    shape: z.array(taskInfo),
    mask: maskTasks,
    // The texts that the senders made of the arguments: a worker that cannot encode the arguments themselves, such as a
    // set in a pickled task, loses its pidbox over the attempt, and Celery 5.2 over Redis never gets it back.
    arguments: { safe: true },
  }),
  reserved: command({ shape: z.array(taskInfo), mask: maskTasks }),
  scheduled: command({
    shape: z.array(scheduledTask),
    mask: (entries, redactor) =>
      entries.map((entry) => ({ ...entry, request: maskTask(entry.request, redactor) })),
  }),
  revoked: command({ shape: z.array(taskId), mask: null }),
  registered: command({ shape: z.array(z.string()), mask: null }),
  active_queues: command({
    shape: z.array(activeQueue),
    mask: (queues, redactor) =>
      queues.map(({ queue_arguments: options, ...queue }) => ({
        ...queue,
        queue_arguments: options && redactor.configuration(options),
      })),
  }),
  conf: command({
    shape: plain(z.record(z.string(), z.unknown())),
    mask: (conf, redactor) => redactor.configuration(conf),
  }),
} as const;

export type InspectCommand = keyof typeof inspectCommands;
export type InspectValue<C extends InspectCommand> = z.infer<(typeof inspectCommands)[C]['shape']>;
