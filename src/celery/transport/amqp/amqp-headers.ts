/**
 * Headers as every py-amqp reads them. That of Debian's Celery 5.2 (5.1) takes a 16-bit integer, which amqplib writes for
 * a number from 128 on, for text of any length: what follows is read askew, and the worker ends with a
 * UnicodeDecodeError.
 */

/** amqplib's way to say how a value is to be written. */
interface Typed {
  readonly '!': 'int' | 'long';
  readonly value: number;
}

/** Whole numbers take 32 or 64 bits, at any depth; everything else stays as it is. */
export function amqpHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typed(value)]));
}

function typed(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? integer(value) : value;
  if (Array.isArray(value)) return value.map(typed);
  if (!isTable(value)) return value;
  return amqpHeaders(value);
}

function integer(value: number): Typed {
  return { '!': Math.abs(value) < 2 ** 31 ? 'int' : 'long', value };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}
