/**
 * What a caller may say of a task that is to be sent. Counterpart of the options of `Task.apply_async`; whatever a worker
 * would choke on, or take for something else, is refused here.
 */
import { z } from 'zod';
import { BadUserInputError, LimitExceededError } from '../../errors.js';
import { maxIdLength } from '../events/event.js';
import { checkHeaders } from './task-headers.js';

/** Null and absent are the same. Times are epoch milliseconds. */
export interface TaskOptions {
  /** A new uuid by default. */
  readonly id?: string | null | undefined;
  readonly queue?: string | null | undefined;
  readonly eta?: number | null | undefined;
  readonly countdownSeconds?: number | null | undefined;
  readonly expires?: number | null | undefined;
  readonly expiresSeconds?: number | null | undefined;
  readonly priority?: number | null | undefined;
  readonly retries?: number | null | undefined;
  readonly timeLimitSeconds?: number | null | undefined;
  readonly softTimeLimitSeconds?: number | null | undefined;
  readonly headers?: unknown;
}

/** Maximum bytes of the message's body: brokers are no place for files. */
const maxBodyBytes = 256 * 1024;
/** Python's recursion ends near a thousand, JavaScript's some thousands later. */
const maxDepth = 64;
/** AMQP has one byte for it. */
const maxAmqpPriority = 255;
const maxRetries = 1_000_000;
const maxSeconds = 10 * 365 * 86_400;
/** What event times are held to as well. */
const year2000 = Date.UTC(2000);
const year2100 = Date.UTC(2100);

const controls = /\p{Cc}/u;
const args = z.array(z.unknown());
const kwargs = z.record(z.string(), z.unknown());

/** @throws BadUserInputError for values that would not arrive as they are, LimitExceededError for too many of them */
export function checkArguments(given: { args: unknown; kwargs: unknown }): {
  args: readonly unknown[];
  kwargs: Readonly<Record<string, unknown>>;
} {
  // First, since everything that looks at them goes as deep as they do.
  for (const [field, value] of Object.entries(given)) checkValue(field, value, 0);
  const list = args.safeParse(given.args ?? []);
  if (!list.success) throw new BadUserInputError('args must be a list');
  const dict = kwargs.safeParse(given.kwargs ?? {});
  if (!dict.success) throw new BadUserInputError('kwargs must be an object');
  return { args: list.data, kwargs: dict.data };
}

function checkValue(field: string, value: unknown, depth: number): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new BadUserInputError(`${field} contains a number that JSON cannot represent`);
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new BadUserInputError(
      `${field} contains a number beyond 2^53, which would lose precision: send it as a string`,
    );
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxDepth) throw new BadUserInputError(`${field} is nested deeper than ${maxDepth}`);
  for (const part of Object.values(value)) checkValue(field, part, depth + 1);
}

/** @throws LimitExceededError */
export function checkSize(body: Uint8Array): void {
  if (body.length > maxBodyBytes)
    throw new LimitExceededError(`The arguments take ${body.length} bytes, of ${maxBodyBytes} at most`);
}

/** @throws BadUserInputError */
export function checkOptions(name: string, options: TaskOptions): void {
  checkName('name', name);
  if (typeof options.id === 'string') checkName('taskId', options.id);
  if (typeof options.queue === 'string') checkName('queue', options.queue);
  checkEither('eta', options.eta, 'countdownSeconds', options.countdownSeconds);
  checkEither('expires', options.expires, 'expiresSeconds', options.expiresSeconds);
  checkTime('eta', options.eta);
  checkTime('expires', options.expires);
  checkRange('countdownSeconds', options.countdownSeconds, 0, maxSeconds);
  checkRange('expiresSeconds', options.expiresSeconds, 0, maxSeconds);
  checkRange('priority', options.priority, 0, maxAmqpPriority);
  checkRange('retries', options.retries, 0, maxRetries);
  const { timeLimitSeconds: hard, softTimeLimitSeconds: soft } = options;
  checkRange('timeLimitSeconds', hard, 0.001, maxSeconds);
  checkRange('softTimeLimitSeconds', soft, 0.001, maxSeconds);
  if (typeof hard === 'number' && typeof soft === 'number' && soft > hard)
    throw new BadUserInputError('softTimeLimitSeconds must not be above timeLimitSeconds');
  checkHeaders(options.headers);
}

function checkName(field: string, value: string): void {
  if (value.trim() === '' || value.length > maxIdLength || controls.test(value))
    throw new BadUserInputError(
      `${field} must have 1 to ${maxIdLength} characters, and no control characters`,
    );
}

function checkEither(one: string, first: unknown, other: string, second: unknown): void {
  if (typeof first === 'number' && typeof second === 'number')
    throw new BadUserInputError(`${one} and ${other} cannot both be given`);
}

function checkTime(field: string, time: number | null | undefined): void {
  if (typeof time === 'number' && !(time >= year2000 && time < year2100))
    throw new BadUserInputError(`${field} must be a time of this century`);
}

function checkRange(field: string, value: number | null | undefined, least: number, most: number): void {
  if (typeof value === 'number' && !(value >= least && value <= most))
    throw new BadUserInputError(`${field} must be from ${least} to ${most}`);
}
