/**
 * What workers tell when asked. Counterpart of `celery.app.control.Inspect`: one row a command, with the shape of
 * the reply. A reply of another shape is an error of that worker alone.
 */
import { z } from 'zod';
import type { Mailbox } from './pidbox.js';
import { standardRedactor, type Redaction, type Redactor } from './redaction/redactor.js';

/** What the API shows as GraphQL's Int: any other number reads as untold, so that it fails nothing. */
const integer = z.int32().nullish().catch(null);
const number = z.number().nullish().catch(null);
const text = z.string().nullish().catch(null);
/** Epoch seconds, of this century. */
const time = z.number().min(0).max(4_102_444_800).nullish().catch(null);

/** One task in a worker's hands, as `celery.worker.request.Request.info` lays it out. */
const taskInfo = z.object({
  id: z.string(),
  name: z.string().nullish(),
  args: z.unknown().optional(),
  kwargs: z.unknown().optional(),
  hostname: z.string().nullish(),
  time_start: time,
  acknowledged: z.boolean().nullish(),
  delivery_info: z
    .object({
      exchange: z.string().nullish(),
      routing_key: z.string().nullish(),
      priority: integer,
      redelivered: z.boolean().nullish(),
    })
    .nullish(),
  worker_pid: integer,
});
export type TaskInfo = z.infer<typeof taskInfo>;

const scheduledTask = z.object({
  eta: z.string().nullish(),
  priority: integer,
  request: taskInfo,
});
export type ScheduledTaskInfo = z.infer<typeof scheduledTask>;

const maxInt = 2_147_483_647;
/** Tasks by name; their sum is shown too. */
const totals = z
  .record(z.string(), z.int32().min(0))
  .refine((counts) => Object.values(counts).reduce((sum, count) => sum + count, 0) <= maxInt);

const stats = z.object({
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
      'put-guarded-by-semaphore': z.boolean().nullish().catch(null),
      timeouts: z.array(z.number().nullable()).nullish().catch(null),
      writes: z.unknown().optional(),
    })
    .nullish()
    .catch(null),
  broker: z
    .object({
      transport: text,
      hostname: text,
      port: integer,
      virtual_host: text,
      userid: text,
    })
    .nullish()
    .catch(null),
  prefetch_count: integer,
  rusage: z.record(z.string(), z.number()).nullish().catch(null),
  autoscaler: z
    .object({ max: integer, min: integer, current: integer, qty: integer })
    .nullish()
    .catch(null),
});
export type WorkerStatsReply = z.infer<typeof stats>;

const activeQueue = z.object({
  name: z.string(),
  exchange: z.object({ name: text, type: text }).nullish().catch(null),
  routing_key: text,
  durable: z.boolean().nullish().catch(null),
  exclusive: z.boolean().nullish().catch(null),
  auto_delete: z.boolean().nullish().catch(null),
  no_ack: z.boolean().nullish().catch(null),
  queue_arguments: z.record(z.string(), z.unknown()).nullish().catch(null),
  max_priority: integer,
});
export type ActiveQueueReply = z.infer<typeof activeQueue>;

/** Command names are Celery's; a row is all that a new command needs. */
export const inspectCommands = {
  ping: z.object({ ok: z.string() }),
  stats,
  active: z.array(taskInfo),
  reserved: z.array(taskInfo),
  scheduled: z.array(scheduledTask),
  revoked: z.array(z.string()),
  registered: z.array(z.string()),
  active_queues: z.array(activeQueue),
  conf: z.record(z.string(), z.unknown()),
} as const;

/**
 * What a command is sent with. `active` is asked for the texts that the senders made of the arguments: a worker that
 * cannot encode the arguments themselves, such as a set in a pickled task, loses its pidbox over the attempt, and
 * Celery 5.2 over Redis never gets it back.
 */
const inspectArguments: { readonly [C in InspectCommand]?: Readonly<Record<string, unknown>> } = {
  active: { safe: true },
};

/**
 * Commands without such an option, in the order in which they are sent: alone, after all others, so that what a worker
 * loses over one of them is the answer to that one only. No release of Celery encodes their replies safely.
 */
export const breakingCommands = ['reserved', 'scheduled'] as const satisfies readonly InspectCommand[];
export type BreakingCommand = (typeof breakingCommands)[number];

export function isBreaking(command: InspectCommand): command is BreakingCommand {
  return (breakingCommands as readonly InspectCommand[]).includes(command);
}

export type InspectCommand = keyof typeof inspectCommands;
export type InspectValue<C extends InspectCommand> = z.infer<(typeof inspectCommands)[C]>;

/** What one worker said to one command. */
export type InspectReply<C extends InspectCommand> =
  | { readonly ok: true; readonly value: InspectValue<C> }
  /** The worker's own words, or what is wrong with its reply. */
  | { readonly ok: false; readonly error: string };

export interface InspectResult<C extends InspectCommand> {
  readonly replies: ReadonlyMap<string, InspectReply<C>>;
  /** Workers that should have answered within the deadline and did not. */
  readonly silent: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

const errorReply = z.object({ error: z.string() });

/** Where secrets may be in a reply; what is not listed has none. */
const withoutSecrets: {
  readonly [C in InspectCommand]?: (value: InspectValue<C>, redactor: Redactor) => InspectValue<C>;
} = {
  active: (tasks, { tasks: redaction }) => tasks.map((info) => maskedInfo(info, redaction)),
  reserved: (tasks, { tasks: redaction }) => tasks.map((info) => maskedInfo(info, redaction)),
  scheduled: (entries, { tasks: redaction }) =>
    entries.map((entry) => ({ ...entry, request: maskedInfo(entry.request, redaction) })),
  active_queues: (queues, redactor) =>
    queues.map(({ queue_arguments: options, ...queue }) => ({
      ...queue,
      queue_arguments: options && redactor.configuration(options),
    })),
  conf: (conf, redactor) => redactor.configuration(conf),
};

function maskedInfo(info: TaskInfo, redaction: Redaction): TaskInfo {
  return { ...info, args: redaction.value(info.args), kwargs: redaction.value(info.kwargs) };
}

export class Inspect {
  readonly #mailbox: Mailbox;
  readonly #redactor: Redactor;

  /** Secrets are masked before a reply is handed on. */
  constructor(mailbox: Mailbox, redactor: Redactor = standardRedactor) {
    this.#mailbox = mailbox;
    this.#redactor = redactor;
  }

  /** Asks the named workers, or every worker for null: one broadcast, however many answer. */
  async run<C extends InspectCommand>(
    command: C,
    destination: readonly string[] | null = null,
  ): Promise<InspectResult<C>> {
    const { replies, silent, at } = await this.#mailbox.broadcast(
      command,
      inspectArguments[command] ?? {},
      { destination, alone: isBreaking(command) },
    );
    const parsed = [...replies].map(
      ([hostname, reply]) => [hostname, parseReply(command, reply, this.#redactor)] as const,
    );
    return { replies: new Map(parsed), silent, at };
  }
}

function parseReply<C extends InspectCommand>(
  command: C,
  reply: unknown,
  redactor: Redactor,
): InspectReply<C> {
  const rejected = errorReply.safeParse(reply);
  if (rejected.success) return { ok: false, error: redactor.text(rejected.data.error) };
  const parsed = inspectCommands[command].safeParse(reply);
  if (!parsed.success) return { ok: false, error: 'the reply is not of the documented shape' };
  // The schema was taken from the row of this very command, which the type checker cannot follow.
  const value = parsed.data as InspectValue<C>;
  return { ok: true, value: withoutSecrets[command]?.(value, redactor) ?? value };
}
