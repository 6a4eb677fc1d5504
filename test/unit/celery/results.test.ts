import { describe, expect, it } from 'vitest';
import { parsePythonJson, parseTaskMeta } from '../../../src/celery/results.js';

const meta = (fields: object) => parseTaskMeta('t1', JSON.stringify({ status: 'SUCCESS', ...fields }));

describe('parsePythonJson', () => {
  it.each<[string, unknown]>([
    ['{"a": 1}', { a: 1 }],
    ['[NaN, Infinity, -Infinity, 1]', [null, null, null, 1]],
    ['{"NaN": NaN}', { NaN: null }],
    ['{"a": "NaN and -Infinity", "b": NaN}', { a: 'NaN and -Infinity', b: null }],
    ['{"a": "a \\" NaN", "b": NaN}', { a: 'a " NaN', b: null }],
    ['{"a": "\\\\", "b": Infinity}', { a: '\\', b: null }],
    ['{"a": NaN', null],
    ['not json', null],
    ['', null],
  ])('reads %s', (text, value) => {
    expect(parsePythonJson(text)).toEqual(value);
  });
});

describe('parseTaskMeta', () => {
  it('reads a success, its result as JSON', () => {
    expect(
      meta({
        ...{ result: { sum: 3 }, traceback: null, children: [], task_id: 't1' },
        ...{ date_done: '2026-03-01T10:00:00.123456+00:00', name: 'add', worker: 'w1@h' },
        ...{ queue: 'celery', retries: 2 },
      }),
    ).toEqual({
      ...{ id: 't1', state: 'SUCCESS', result: '{"sum":3}', exception: null, traceback: null },
      ...{ doneAt: Date.UTC(2026, 2, 1, 10, 0, 0, 123), name: 'add', worker: 'w1@h' },
      ...{ queue: 'celery', retries: 2 },
    });
  });

  it('reads the little that Celery stores unless it is told to store more', () => {
    expect(meta({ result: null })).toMatchObject({
      ...{ result: 'null', name: null, worker: null, queue: null, retries: null, doneAt: null },
    });
  });

  it.each([
    ['2026-03-01T10:00:00.500000', Date.UTC(2026, 2, 1, 10, 0, 0, 500)],
    ['2026-03-01T10:00:00', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T10:00:00Z', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T10:00:00+02:00', Date.UTC(2026, 2, 1, 8)],
    ['2026-03-01T10:00:00-0530', Date.UTC(2026, 2, 1, 15, 30)],
    ['yesterday', null],
    [1_772_359_200, null],
  ])('reads the date %s, which is UTC where it does not say', (date, time) => {
    expect(meta({ date_done: date })?.doneAt).toBe(time);
  });

  it.each([
    [{ exc_type: 'ValueError', exc_message: ['boom'], exc_module: 'builtins' }, "ValueError('boom')"],
    [{ exc_type: 'ValueError', exc_message: [] }, 'ValueError()'],
    [{ exc_type: 'KeyError', exc_message: 'name' }, "KeyError('name')"],
    [{ exc_type: 'HttpError', exc_message: ['no', 402, null] }, "HttpError('no', 402, None)"],
  ])('shows the failure %j as events do: %s', (result, exception) => {
    const failed = meta({ status: 'FAILURE', result, traceback: 'Traceback: boom' });
    expect(failed).toMatchObject({ state: 'FAILURE', result: null, exception });
    expect(failed?.traceback).toBe('Traceback: boom');
  });

  it('cuts a long result', () => {
    expect(meta({ result: 'x'.repeat(20_000) })?.result).toHaveLength(10_000);
  });

  it('takes custom states, in upper case', () => {
    expect(meta({ status: 'progress', result: { done: 7 } })).toMatchObject({ state: 'PROGRESS' });
  });

  it('skips single fields of another type', () => {
    expect(meta({ result: 1, worker: 7, retries: 'many', traceback: {} })).toMatchObject({
      ...{ result: '1', worker: null, retries: null, traceback: null },
    });
  });

  it.each(['', 'x', 'null', '[]', '{}', '{"status":7}', '"SUCCESS"'])(
    'is null for %j, which is no meta',
    (text) => {
      expect(parseTaskMeta('t1', text)).toBeNull();
    },
  );
});
