/**
 * The remote control commands that change something: one row a command, by Celery's own name, with what its arguments
 * may be. Counterpart of the methods of `celery.app.control.Control`.
 *
 * Left out for good: `election`, which kills workers, `hello`, which adds to what is revoked, and addressing by pattern,
 * since a matcher that Celery 5.2 does not know switches off remote control in every worker on Redis.
 */
import { z } from 'zod';
import { BadUserInputError } from '../../errors.js';

/** AMQP's longest name, in bytes; also kept on Redis, where the same clusters may move to. */
const maxNameBytes = 255;
/** Workers keep 50,000 revoked ids: one request may displace only a few of them. */
export const maxTaskIds = 1_000;
/** Processes at once: a machine has not many more. */
export const maxPoolStep = 100;
const maxPoolSize = 10_000;
const maxSeconds = 10_000_000;
const maxStamps = 100;

/** Signals that end a task, or its process. SIGUSR1 is Celery's own, for the soft time limit. */
export const terminateSignals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGUSR1'] as const;
export type TerminateSignal = (typeof terminateSignals)[number];

/** With any other, a worker on RabbitMQ loses its connection again and again. */
export const exchangeTypes = ['direct', 'topic', 'fanout'] as const;
export type ExchangeType = (typeof exchangeTypes)[number];

// eslint-disable-next-line no-control-regex -- which no name holds
const control = /[\u0000-\u001f\u007f]/;

const name = (what: string) =>
  z
    .string()
    .refine(
      (text) => text !== '' && Buffer.byteLength(text) <= maxNameBytes && !control.test(text),
      `${what} must be 1 to ${maxNameBytes} bytes long, without control characters`,
    );

/** Exchanges and queues through which workers are watched and controlled: who consumes there steals from others. */
const machinery = /^amq\.|\.pidbox$|^celeryev(?:\.|$)|\.reply\.|^celeryql\.|(?:^|_)celery_delayed_/;

const ownName = (what: string) =>
  name(what).refine(
    (text) => !machinery.test(text),
    `${what} is one of Celery's own, and not for tasks`,
  );

const whole = (what: string, least: number, most: number) => {
  const range = `${what} must be from ${least} to ${most}`;
  return z.int(range).min(least, range).max(most, range);
};

const poolStep = z.strictObject({ n: whole('count', 1, maxPoolStep) });

const limit = (what: string) =>
  z
    .number()
    .gt(0, `${what} must be more than 0, or null for none`)
    .max(maxSeconds, `${what} must be at most ${maxSeconds}`)
    .nullable();

const termination = {
  terminate: z.boolean(),
  signal: z.enum(terminateSignals, `signal must be one of ${terminateSignals.join(', ')}`).optional(),
};

export const controlCommands = {
  ping: z.strictObject({}),
  shutdown: z.strictObject({}),
  pool_grow: poolStep,
  pool_shrink: poolStep,
  /** Never with `modules`: that is to load code. */
  pool_restart: z.strictObject({}),
  autoscale: z
    // A maximum of 0 ends all processes of the pool.
    .strictObject({ max: whole('max', 1, maxPoolSize), min: whole('min', 0, maxPoolSize) })
    .refine(({ max, min }) => min <= max, 'min must not exceed max'),
  add_consumer: z.strictObject({
    queue: ownName('queue'),
    exchange: ownName('exchange').optional(),
    exchange_type: z.enum(exchangeTypes, 'exchangeType must be direct, topic or fanout').optional(),
    routing_key: name('routingKey').optional(),
  }),
  cancel_consumer: z.strictObject({ queue: name('queue') }),
  rate_limit: z.strictObject({
    task_name: name('taskName'),
    rate_limit: z
      .string()
      .regex(
        /^\d{1,9}(?:\.\d{1,9})?(?:\/[smh])?$/,
        'rateLimit must be a number, of tasks a second, or such as 10/s, 10/m or 10/h; 0 is no limit',
      ),
  }),
  time_limit: z
    .strictObject({
      task_name: name('taskName'),
      soft: limit('softSeconds'),
      hard: limit('hardSeconds'),
    })
    .refine(
      ({ soft, hard }) => soft === null || hard === null || soft < hard,
      'softSeconds must be less than hardSeconds',
    ),
  enable_events: z.strictObject({}),
  disable_events: z.strictObject({}),
  revoke: z.strictObject({
    task_id: z
      .array(name('an id'))
      .min(1, 'ids must not be empty')
      .max(maxTaskIds, `ids must be ${maxTaskIds} at most`),
    ...termination,
  }),
  revoke_by_stamped_headers: z.strictObject({
    headers: z
      .record(
        name('the name of a header'),
        z.array(name('a stamp')).min(1, 'stamps must not be empty').max(maxStamps),
      )
      .refine((headers) => Object.keys(headers).length > 0, 'headers must not be empty')
      .refine(
        (headers) => Object.values(headers).flat().length <= maxStamps,
        `there must be ${maxStamps} stamps at most`,
      ),
    ...termination,
  }),
} as const;

export type ControlCommand = keyof typeof controlCommands;
export type ControlArguments<C extends ControlCommand> = z.input<(typeof controlCommands)[C]>;

export const controlCommandNames = Object.keys(controlCommands) as ControlCommand[];

/** @throws BadUserInputError for arguments that no worker should see */
export function checkArguments<C extends ControlCommand>(
  command: C,
  args: ControlArguments<C>,
): Readonly<Record<string, unknown>> {
  const checked = controlCommands[command].safeParse(args);
  if (checked.success) return checked.data;
  throw new BadUserInputError(checked.error.issues[0]?.message ?? 'The arguments are malformed');
}
