import { brotliCompressSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnreadableResultError } from '../../../../src/errors.js';
import { parseTaskMeta, readStoredResult } from '../../../../src/celery/results/results.js';

const meta = (fields: object) => parseTaskMeta('t1', JSON.stringify({ status: 'SUCCESS', ...fields }));

describe('parseTaskMeta', () => {
  it('reads a success, its result in the notation of Python', () => {
    expect(
      meta({
        ...{ result: { sum: 3 }, traceback: null, children: [], task_id: 't1' },
        ...{ date_done: '2026-03-01T10:00:00.123456+00:00', name: 'add', worker: 'w1@h' },
        ...{ queue: 'celery', retries: 2 },
      }),
    ).toEqual({
      ...{ id: 't1', state: 'SUCCESS', result: "{'sum': 3}", exception: null, traceback: null },
      ...{ doneAt: Date.UTC(2026, 2, 1, 10, 0, 0, 123), name: 'add', worker: 'w1@h' },
      ...{ queue: 'celery', retries: 2, args: null, kwargs: null, truncated: [], progress: null },
    });
  });

  it('reads the little that Celery stores by default', () => {
    expect(meta({ result: null })).toMatchObject({
      ...{ result: 'None', name: null, worker: null, queue: null, retries: null, doneAt: null },
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

  it.each<[unknown, string]>([
    [true, 'True'],
    ["it's", `"it's"`],
    [[1, null, 'a'], "[1, None, 'a']"],
    [{ exc_type: 'a result', of: 'its own' }, "{'exc_type': 'a result', 'of': 'its own'}"],
  ])('shows the result %j as events do: %s', (result, text) => {
    expect(meta({ result })).toMatchObject({ result: text, exception: null });
  });

  it('keeps the values that JSON does not have', () => {
    const time = '{"__type__": "date", "__value__": "2026-03-01"}';
    const text = `{"status": "SUCCESS", "result": [NaN, 1.0, 18446744073709551616, ${time}]}`;
    expect(parseTaskMeta('t1', text)?.result).toBe(
      '[nan, 1.0, 18446744073709551616, datetime.date(2026, 3, 1)]',
    );
  });

  it('cuts a long result, between characters, and says so', () => {
    const cut = meta({ result: `a${'😀'.repeat(9_000)}` });
    expect(cut?.result).toBe(`'a${'😀'.repeat(5_000)}...'`);
    expect(cut?.truncated).toEqual(['result']);
    expect(meta({ result: [...Array(9_000).keys()] })?.truncated).toEqual(['result']);
    expect(meta({ result: 'x'.repeat(9_000) })?.truncated).toEqual([]);
  });

  it('cuts every other long text too', () => {
    const long = 'x'.repeat(20_000);
    const failed = meta({
      ...{ status: 'FAILURE', result: { exc_type: 'ValueError', exc_message: [long] } },
      ...{ traceback: long, args: [long], kwargs: `{'a': '${long}'}` },
    });
    expect(failed?.truncated).toEqual(['args', 'kwargs', 'exception', 'traceback']);
    for (const field of ['args', 'kwargs', 'exception', 'traceback'] as const)
      expect(failed?.[field]?.length).toBeLessThan(10_020);
  });

  it.each([
    ['values', [1, 'a'], { x: null }, "(1, 'a')", "{'x': None}"],
    ['a single value', [1], {}, '(1,)', '{}'],
    ['representations', "[1, 'a']", "{'x': None}", "[1, 'a']", "{'x': None}"],
    ['nothing', null, undefined, null, null],
  ])('shows arguments that are stored as %s', (_, args, kwargs, shownArgs, shownKwargs) => {
    expect(meta({ result: 1, args, kwargs })).toMatchObject({ args: shownArgs, kwargs: shownKwargs });
  });

  it.each(['STARTED', 'PROGRESS', 'RETRY', 'REVOKED'])(
    'has no result of a task that is %s',
    (status) => {
      const running = meta({ status, result: { pid: 7, hostname: 'w1@h' }, date_done: null });
      expect(running).toMatchObject({ state: status, result: null, exception: null, doneAt: null });
    },
  );

  it('takes custom states, in upper case, and what the task stores of itself there', () => {
    expect(meta({ status: 'progress', result: { done: 7, of: 10 } })).toMatchObject({
      ...{ state: 'PROGRESS', progress: { done: 7, of: 10 }, result: null },
    });
    expect(meta({ status: 'PROGRESS' })).toMatchObject({ state: 'PROGRESS', progress: null });
    expect(meta({ status: 'PROGRESS', result: 'x'.repeat(20_000) })?.progress).toBeNull();
    expect(meta({ status: 'STARTED', result: { pid: 7 } })?.progress).toBeNull();
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

describe('readStoredResult', () => {
  const compressed = (type: string, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`\0celery-compressed\0${type}\0`), body]);
  const json = '{"status": "SUCCESS", "result": {"n": 1.0, "text": "naïve"}}';
  // What kombu writes of the same.
  const msgpack = Buffer.from(
    '82a6737461747573a753554343455353a6726573756c7482a16ecb3ff0000000000000a474657874a66e61c3af7665',
    'hex',
  );
  const yaml = 'result:\n  n: 1.0\n  text: "na\\xEFve"\nstatus: SUCCESS\n';

  it.each([
    ['as it is', Buffer.from(json)],
    ['compressed with zlib', compressed('application/x-gzip', deflateSync(json))],
    ['compressed with brotli', compressed('application/x-brotli', brotliCompressSync(json))],
    ['in msgpack', msgpack],
    ['in YAML', Buffer.from(yaml)],
    ['in compressed msgpack', compressed('application/x-gzip', deflateSync(msgpack))],
  ])('reads what is stored %s', (_, payload) => {
    expect(readStoredResult('t1', payload)).toMatchObject({
      state: 'SUCCESS',
      result: "{'n': 1.0, 'text': 'naïve'}",
    });
  });

  describe('unreadable results', () => {
    it.each([
      ['broken', compressed('application/x-gzip', Buffer.from('no')), 'does not decompress'],
      ['unknown to Node', compressed('application/x-foo', Buffer.from('x')), 'is not supported'],
      [
        'too large',
        compressed('application/x-gzip', deflateSync(Buffer.alloc(40_000_000))),
        'decompress',
      ],
      ['without a name', Buffer.from('\0celery-compressed\0x'), 'the compression has no name'],
      ['pickled', Buffer.from('\x80\x04\x95\x01', 'latin1'), 'pickle is never read'],
      ['not text', Buffer.from([0x7b, 0xff, 0x7d]), 'it is not UTF-8'],
      ['neither JSON nor YAML', Buffer.from('no'), 'it is not JSON'],
      ['broken msgpack', Buffer.from('82a6737461747573', 'hex'), 'the body is not msgpack'],
      ['broken YAML', Buffer.from('status: ['), 'it is not YAML'],
      ['very long YAML', Buffer.from(`status: ${'x'.repeat(300_000)}`), 'characters is not read'],
      ['no meta', Buffer.from('[1]'), "it is not a task's result"],
    ])('says why it cannot read what is %s', (_, payload, reason) => {
      const stored = readStoredResult('t1', payload);
      expect(stored).toBeInstanceOf(UnreadableResultError);
      expect(stored).toMatchObject({
        code: 'UNREADABLE_RESULT',
        message: expect.stringContaining(reason) as string,
      });
    });
  });
});
