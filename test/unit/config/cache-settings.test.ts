import { describe, expect, it } from 'vitest';
import { formerNamesInUse, readConfig } from '../../../src/config/config.js';
import { ConfigError } from '../../../src/errors.js';

const workers = (args: readonly string[], env: Record<string, string> = {}) =>
  readConfig(args, env).caches.worker_status;

describe('--cache', () => {
  it('sets several options of a cache and leaves the others at their defaults', () => {
    const { caches } = readConfig(['--cache', 'worker_status:ttl=0.5, maxSize=7,refreshAhead=0.8'], {});
    expect(caches.worker_status).toEqual({
      ttl: 500,
      maxSize: 7,
      staleWhileRevalidate: 0,
      staleIfError: 0,
      adaptiveTtl: 0,
      refreshAhead: 0.8,
      predictive: 0,
      pushInvalidation: false,
    });
    expect(caches.task_status).toMatchObject({ ttl: 2_000, maxSize: 500 });
  });

  it('may be repeated for other caches and for other options', () => {
    const { caches } = readConfig(
      [
        '--cache=worker_status:ttl=1',
        '--cache=queue_status:pushInvalidation=true',
        '--cache=worker_status:maxSize=2',
      ],
      {},
    );
    expect(caches).toMatchObject({
      worker_status: { ttl: 1_000, maxSize: 2 },
      queue_status: { pushInvalidation: true },
    });
  });

  it('wins, option by option, over variables with the prefix, and these over variables without it', () => {
    const env = {
      CELERYQL_CACHE_WORKER_STATUS: 'ttl=bad,maxSize=2',
      CACHE_WORKER_STATUS: 'maxSize=bad,predictive=3',
    };
    expect(workers(['--cache', 'worker_status:ttl=1'], env)).toMatchObject({
      ttl: 1_000,
      maxSize: 2,
      predictive: 3,
    });
  });

  const names =
    'must be a cache and its options, such as worker_status:ttl=5,maxSize=200; caches are task_status, worker_status, ' +
    'queue_status, metrics_summary, health_check';
  const options =
    'ttl, maxSize, staleWhileRevalidate, staleIfError, adaptiveTtl, refreshAhead, predictive';
  it.each([
    ['hunter2', `--cache ${names}`],
    ['workers:ttl=5', `--cache ${names}`],
    ['', `--cache ${names}`],
    [
      'worker_status:',
      '--cache worker_status is set but empty: give it options such as ttl=5, or leave it out',
    ],
    [
      'worker_status:tl=hunter2',
      `--cache worker_status must be options such as ttl=5,maxSize=200; options are ${options}, pushInvalidation`,
    ],
    [
      'worker_status:ttl',
      `--cache worker_status must be options such as ttl=5,maxSize=200; options are ${options}, pushInvalidation`,
    ],
    [
      'health_check:pushInvalidation=true',
      `--cache health_check must be options such as ttl=5,maxSize=200; options are ${options}`,
    ],
    [
      'worker_status:ttl=hunter2',
      '--cache worker_status: ttl must be a number of seconds from 0.001 to 86400',
    ],
    [
      'worker_status:maxSize=',
      '--cache worker_status: maxSize must be a whole number from 1 to 1000000',
    ],
    [
      'worker_status:refreshAhead=1',
      '--cache worker_status: refreshAhead must be a fraction from 0 to 0.95',
    ],
    ['worker_status:ttl=5,ttl=5', '--cache worker_status sets ttl twice'],
  ])('%s is refused', (text, message) => {
    expect(() => readConfig(['--cache', text], {})).toThrow(new ConfigError(message));
  });

  it('refuses an option that two flags set', () => {
    const twice = ['--cache', 'worker_status:ttl=5', '--cache', 'worker_status:ttl=5'];
    expect(() => readConfig(twice, {})).toThrow(new ConfigError('--cache worker_status sets ttl twice'));
    const both = ['--cache', 'worker_status:ttl=5', '--cache-worker-status-ttl', '5'];
    expect(() => readConfig(both, {})).toThrow(
      new ConfigError(
        '--cache-worker-status-ttl sets ttl of worker_status, as --cache worker_status does: keep one of them',
      ),
    );
  });
});

describe('CACHE_WORKER_STATUS', () => {
  it.each(['CACHE_WORKER_STATUS', 'CELERYQL_CACHE_WORKER_STATUS'])('is read as %s', (name) => {
    expect(workers([], { [name]: 'ttl=5,maxSize=200' })).toMatchObject({ ttl: 5_000, maxSize: 200 });
  });

  it.each([
    [{ CACHE_WORKER_STATUS: '' }, 'is set but empty: give it options such as ttl=5, or leave it out'],
    [{ CACHE_WORKER_STATUS: 'ttl=0' }, ': ttl must be a number of seconds from 0.001 to 86400'],
    [{ CACHE_WORKER_STATUS: 'ttl=1,maxSize=1,ttl=2' }, ' sets ttl twice'],
  ])('is refused as %j', (env, message) => {
    expect(() => readConfig([], env)).toThrow(ConfigError);
    expect(() => readConfig([], env)).toThrow(message);
    expect(() => readConfig([], env)).toThrow(/^CACHE_WORKER_STATUS/);
  });
});

describe('The flags and variables for single options', () => {
  it('are still read', () => {
    expect(workers(['--cache-worker-status-ttl', '0.5'])).toMatchObject({ ttl: 500, maxSize: 100 });
    expect(workers([], { CACHE_WORKER_STATUS_STALE_IF_ERROR: '9' })?.staleIfError).toBe(9_000);
    expect(
      workers(['--cache-worker-status-max-size', '7'], { CACHE_WORKER_STATUS_MAX_SIZE: 'x' }),
    ).toMatchObject({
      maxSize: 7,
    });
  });

  it('give way to the present variable with the prefix', () => {
    const env = { CACHE_WORKER_STATUS_TTL: '1', CELERYQL_CACHE_WORKER_STATUS: 'ttl=2' };
    expect(workers([], env)?.ttl).toBe(2_000);
    expect(formerNamesInUse([], env)).toBeNull();
  });

  it.each([
    [
      { CACHE_TASK_STATUS_TTL: '0' },
      'CACHE_TASK_STATUS_TTL must be a number of seconds from 0.001 to 86400',
    ],
    [
      { CACHE_TASK_STATUS_TTL: '' },
      'CACHE_TASK_STATUS_TTL is set but empty: give it a value, or leave it out',
    ],
    [
      { CACHE_TASK_STATUS_TTL: '1', CACHE_TASK_STATUS: 'ttl=1' },
      'CACHE_TASK_STATUS_TTL sets ttl of task_status, as CACHE_TASK_STATUS does: keep one of them',
    ],
  ])('are refused as %j', (env, message) => {
    expect(() => readConfig([], env)).toThrow(new ConfigError(message));
  });

  it('are reported together with what replaces them', () => {
    const args = [
      ...['--cache-worker-status-ttl', '4', '--cache-worker-status-refresh-ahead', '0.5'],
      ...['--cache', 'worker_status:maxSize=9'],
    ];
    expect(formerNamesInUse(args, { CACHE_QUEUE_STATUS_PUSH_INVALIDATION: 'true' })).toEqual({
      names: [
        '--cache-worker-status-ttl',
        '--cache-worker-status-refresh-ahead',
        'CACHE_QUEUE_STATUS_PUSH_INVALIDATION',
      ],
      replacements: [
        '--cache worker_status:maxSize=9,ttl=4,refreshAhead=0.5',
        'CACHE_QUEUE_STATUS="pushInvalidation=true"',
      ],
    });
  });

  it('are not reported where the present names are used', () => {
    const env = { CACHE_WORKER_STATUS: 'ttl=5' };
    expect(formerNamesInUse(['--cache', 'task_status:ttl=5'], env)).toBeNull();
  });
});
