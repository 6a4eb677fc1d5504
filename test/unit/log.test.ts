import { describe, expect, it } from 'vitest';
import { standardRedactor } from '../../src/celery/redaction/redactor.js';
import { createLogger, silentLogger, withFields } from '../../src/log.js';
import type { LogLevel } from '../../src/log.js';

function written(level: LogLevel, work: (log: ReturnType<typeof createLogger>) => void): unknown[] {
  const lines: string[] = [];
  work(createLogger(level, (line) => void lines.push(line)));
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe('createLogger', () => {
  it('writes one JSON object a line: time, level, message and fields', () => {
    expect(written('info', (log) => log.info('started', { port: 4000, nested: { a: [1] } }))).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        ...{ level: 'info', message: 'started', port: 4000, nested: { a: [1] } },
      },
    ]);
  });

  it('keeps to one line, whatever the message holds', () => {
    const lines: string[] = [];
    createLogger('info', (line) => void lines.push(line)).info('a\nb', { text: 'c\r\nd' });
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
  });

  it.each<[LogLevel, string[]]>([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ])('at level %s writes %j', (level, levels) => {
    const lines = written(level, (log) => {
      log.debug('x');
      log.info('x');
      log.warn('x');
      log.error('x');
    });
    expect(lines).toMatchObject(levels.map((name) => ({ level: name })));
    expect(lines).toHaveLength(levels.length);
  });

  it('writes of an error its name, message, code and cause, and nothing that libraries hang on it', () => {
    const cause = Object.assign(new TypeError('refused'), { address: 'secret' });
    const error = Object.assign(new Error('failed', { cause }), {
      ...{ code: 'ECONNREFUSED', command: { args: ['secret'] }, options: { password: 'secret' } },
    });
    expect(written('error', (log) => log.error('x', { error }))).toMatchObject([
      {
        error: {
          ...{ name: 'Error', message: 'failed', code: 'ECONNREFUSED' },
          cause: { name: 'TypeError', message: 'refused' },
        },
      },
    ]);
    expect(JSON.stringify(written('error', (log) => log.error('x', { error })))).not.toContain('secret');
  });

  it('writes errors in lists and objects in the same way, and dates as texts', () => {
    const error = Object.assign(new Error('failed'), { options: { password: 'secret' } });
    const fields = { tried: [{ at: new Date(0), error, none: undefined }] };
    expect(written('info', (log) => log.info('x', fields))).toMatchObject([
      { tried: [{ at: '1970-01-01T00:00:00.000Z', error: { name: 'Error', message: 'failed' } }] },
    ]);
    expect(JSON.stringify(written('info', (log) => log.info('x', fields)))).not.toContain('secret');
  });

  it('masks the whole of an entry, names, texts and errors', () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const log = createLogger('info', write, (entry) => standardRedactor.value(entry));
    const error = new Error('no login with password=hunter3', {
      cause: new Error('at redis://:hunter3@h'),
    });
    log.info('started with token: hunter3', { error, args: { api_key: 'hunter3' }, port: 4000 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        message: 'started with token: ********',
        error: {
          message: 'no login with password=********',
          cause: { message: 'at redis://:********@h' },
        },
        args: { api_key: '********' },
        port: 4000,
      },
    ]);
    log.info('still here', { value: 1n });
    expect(lines[1]).toContain('"unprintable":["value"]');
  });

  it.each([
    ['a big integer', { value: 1n }],
    ['a circle', { value: circle() }],
  ])('writes the line though %s cannot be written as JSON', (_name, fields) => {
    expect(written('info', (log) => log.info('still here', fields))).toMatchObject([
      { message: 'still here', unprintable: ['value'] },
    ]);
  });
});

describe('silentLogger', () => {
  it('writes nothing', () => {
    expect(() => silentLogger.error('x')).not.toThrow();
  });
});

function circle(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

describe('withFields', () => {
  it('says the same of every entry, beside its own fields', () => {
    const lines = written('debug', (log) => {
      const named = withFields(log, { cluster: 'shop' });
      named.warn('lost', { reason: 'timeout' });
      named.debug('found');
    });
    expect(lines).toMatchObject([
      { level: 'warn', message: 'lost', cluster: 'shop', reason: 'timeout' },
      { level: 'debug', message: 'found', cluster: 'shop' },
    ]);
  });
});
