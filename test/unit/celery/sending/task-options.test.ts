/** What may be said of a task that is to be sent, and what workers would choke on. */
import { describe, expect, it } from 'vitest';
import { BadUserInputError, LimitExceededError } from '../../../../src/errors.js';
import { checkHeaders } from '../../../../src/celery/sending/task-headers.js';
import { checkArguments, checkOptions, checkSize } from '../../../../src/celery/sending/task-options.js';
import type { TaskOptions } from '../../../../src/celery/sending/task-options.js';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('arguments', () => {
  it('are none unless given', () => {
    expect(checkArguments({ args: undefined, kwargs: null })).toEqual({ args: [], kwargs: {} });
  });

  it.each([
    [{ args: { a: 1 }, kwargs: {} }, 'args must be a list'],
    [{ args: [], kwargs: [1] }, 'kwargs must be an object'],
    [{ args: [], kwargs: 'a' }, 'kwargs must be an object'],
    [
      { args: [2 ** 53], kwargs: {} },
      'args contains a number beyond 2^53, which would lose precision: send it as a string',
    ],
    [
      { args: [], kwargs: { a: [{ b: -1e300 }] } },
      'kwargs contains a number beyond 2^53, which would lose precision: send it as a string',
    ],
    [{ args: [JSON.parse('1e999')], kwargs: {} }, 'args contains a number that JSON cannot represent'],
    [{ args: [nested(64)], kwargs: {} }, 'args is nested deeper than 64'],
  ])('are refused when they would not arrive as they are: %#', (given, message) => {
    expect(() => checkArguments(given)).toThrow(new BadUserInputError(message));
  });

  it('may take 256 kB', () => {
    expect(() => checkSize(Buffer.alloc(262_144))).not.toThrow();
    expect(() => checkSize(Buffer.alloc(262_145))).toThrow(
      new LimitExceededError('The arguments take 262145 bytes, of 262144 at most'),
    );
  });
});

describe('options', () => {
  const time = Date.UTC(2026, 2, 1);

  it('are taken as Celery has them', () => {
    const options: TaskOptions = {
      ...{ id: 'my-id', queue: 'high', eta: time, expiresSeconds: 0, priority: 255, retries: 3 },
      ...{ timeLimitSeconds: 2, softTimeLimitSeconds: 1.5, headers: { tenant: 'acme' } },
    };
    expect(() => checkOptions('demo.add', options)).not.toThrow();
  });

  it.each<[TaskOptions, string]>([
    [{ eta: time, countdownSeconds: 1 }, 'eta and countdownSeconds cannot both be given'],
    [{ expires: time, expiresSeconds: 1 }, 'expires and expiresSeconds cannot both be given'],
    [{ eta: Date.UTC(2100) }, 'eta must be a time of this century'],
    [{ expires: Date.UTC(1999) }, 'expires must be a time of this century'],
    [{ countdownSeconds: -1 }, 'countdownSeconds must be from 0 to 315360000'],
    [{ priority: 256 }, 'priority must be from 0 to 255'],
    [{ priority: -1 }, 'priority must be from 0 to 255'],
    [{ retries: -1 }, 'retries must be from 0 to 1000000'],
    [{ timeLimitSeconds: 0 }, 'timeLimitSeconds must be from 0.001 to 315360000'],
    [
      { timeLimitSeconds: 1, softTimeLimitSeconds: 2 },
      'softTimeLimitSeconds must not be above timeLimitSeconds',
    ],
    [{ id: '' }, 'taskId must have 1 to 255 characters, and no control characters'],
    [{ queue: 'a\nb' }, 'queue must have 1 to 255 characters, and no control characters'],
  ])('%o are refused: %s', (options, message) => {
    expect(() => checkOptions('demo.add', options)).toThrow(new BadUserInputError(message));
  });

  it('need the name of a task', () => {
    expect(() => checkOptions(' ', {})).toThrow(BadUserInputError);
    expect(() => checkOptions('a'.repeat(256), {})).toThrow(BadUserInputError);
  });
});

describe('headers', () => {
  it('may be texts, numbers, booleans and nulls', () => {
    const headers = { tenant: 'acme', 'trace-id': 17, sampled: true, baggage: null };
    expect(checkHeaders(headers)).toEqual(headers);
    expect(checkHeaders(undefined)).toEqual({});
  });

  it.each([
    'id',
    'task',
    'Task',
    'chain',
    'callbacks',
    'chord',
    'stamps',
    'timelimit',
    'parent_id',
    'compression',
    'CC',
    'BCC',
    'x-delay',
  ])('may not be %s, which is reserved', (name) => {
    expect(() => checkHeaders({ [name]: 'a' })).toThrow(
      new BadUserInputError(`The header ${name} is reserved`),
    );
  });

  it.each([
    [['a'], 'headers must be an object of strings, numbers, booleans and nulls'],
    [{ a: { b: 1 } }, 'headers must be an object of strings, numbers, booleans and nulls'],
    [{ _children: 1 }, '"_children" is not a valid header name'],
    [{ 'a b': 1 }, '"a b" is not a valid header name'],
    [{ a: 'x'.repeat(8_192) }, 'headers must have 8192 characters at most'],
    [
      Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`h${n}`, n])),
      'headers must be 64 at most',
    ],
  ])('are refused when they are something else: %#', (headers, message) => {
    expect(() => checkHeaders(headers)).toThrow(new BadUserInputError(message));
  });
});
