/**
 * Headers that a sender adds to a task message, which it gets with `self.request.get(name)`. Celery and RabbitMQ read
 * headers of their own from the same table: with those a caller could route a message elsewhere, or have other tasks run
 * after it.
 */
import { z } from 'zod';
import { BadUserInputError } from '../../errors.js';

/** Headers of protocol 2, of `celery.app.task.Context`, which takes any header for a task attribute, and of kombu. */
const celeryNames = [
  ...['lang', 'task', 'id', 'shadow', 'eta', 'expires', 'group', 'group_index', 'retries', 'timelimit'],
  ...['time_limit', 'soft_time_limit', 'root_id', 'parent_id', 'argsrepr', 'kwargsrepr', 'origin'],
  ...[
    'ignore_result',
    'replaced_task_nesting',
    'stamped_headers',
    'stamps',
    'taskset',
    'chord',
    'chain',
  ],
  ...['callbacks', 'errbacks', 'args', 'kwargs', 'called_directly', 'correlation_id', 'reply_to'],
  ...['delivery_info', 'headers', 'properties', 'hostname', 'is_eager', 'logfile', 'loglevel', 'utc'],
  ...['children', 'compression', 'redelivered', 'clear', 'get', 'update', 'as_execution_options'],
] as const;
/** RabbitMQ delivers to the queues that these name, too. */
const brokerNames = ['cc', 'bcc'] as const;
const reserved: ReadonlySet<string> = new Set([...celeryNames, ...brokerNames]);

const maxHeaders = 64;
const maxCharacters = 8_192;
const headerName = /^[A-Za-z][\w.-]{0,127}$/;
const shape = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Nothing given is nothing added. */
export function checkHeaders(headers: unknown): Readonly<Record<string, unknown>> {
  const { success, data } = shape.safeParse(headers ?? {});
  if (!success)
    throw new BadUserInputError('headers must be an object of strings, numbers, booleans and nulls');
  const names = Object.keys(data);
  if (names.length > maxHeaders) throw new BadUserInputError(`headers must be ${maxHeaders} at most`);
  if (JSON.stringify(data).length > maxCharacters)
    throw new BadUserInputError(`headers must have ${maxCharacters} characters at most`);
  for (const name of names) {
    if (!headerName.test(name))
      throw new BadUserInputError(`${JSON.stringify(name.slice(0, 128))} is not a valid header name`);
    if (isReserved(name)) throw new BadUserInputError(`The header ${name} is reserved`);
  }
  return data;
}

function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  return reserved.has(lower) || lower.startsWith('x-');
}
