import { describe, expect, it } from 'vitest';
import { readConfig, variables } from '../../../src/config/config.js';
import { cacheFlag, formerCacheNames } from '../../../src/config/rows/caches.js';
import { sections, settings } from '../../../src/config/settings.js';
import { shownDefault } from '../../../src/config/setting.js';
import type { Setting } from '../../../src/config/setting.js';
import { ConfigError } from '../../../src/errors.js';

const rows: readonly Setting<unknown>[] = Object.values(settings);
const redis = (host: string, db = 0) => ({
  ...{ scheme: 'redis', place: { kind: 'tcp', host, port: 6379 }, tls: null, db },
  ...{ username: null, password: null },
});

const badNames =
  'must be at most 100 names of letters, digits and _ . - * ?, with three letters in a row in each';
const patterns = (...sources: string[]) => sources.map((source) => new RegExp(source, 'gv'));

const off = { staleWhileRevalidate: 0, staleIfError: 0, adaptiveTtl: 0, refreshAhead: 0, predictive: 0 };
const noPush = { pushInvalidation: false };

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig([], {})).toEqual({
      ...{ clustersFile: '', clusters: null },
      fanoutPatterns: 'auto',
      unackedKey: 'unacked',
      unackedIndexKey: 'unacked_index',
      visibilityTimeout: 3_600_000,
      ...{
        broker: null,
        resultBackend: null,
        host: '127.0.0.1',
        port: 4000,
        keptAnswers: true,
        logLevel: 'info',
      },
      ...{
        inspectTimeout: 1_000,
        queues: [],
        eventBacklogBytes: 268_435_456,
        maxTasks: 100_000,
        forgetWorkersAfter: 86_400_000,
        maxTaskBytes: 268_435_456,
        subscriptionBuffer: 10_000,
      },
      ...{
        warmUp: [
          ...['workers', 'worker_stats', 'queues', 'metrics_summary', 'health', 'task_status'],
          ...['task_types', 'tasks'],
        ],
        warmUpTimeout: 10_000,
        warmUpJitter: 500,
      },
      ...{ anonymous: 'auto', authFile: '', roleMap: new Map(), readOnly: false, auditSize: 10_000 },
      ...{ jwtJwks: '', jwtIssuer: '', jwtAudience: '', jwtUserClaim: 'sub', jwtRoleClaim: 'role' },
      ...{ trustedProxies: [], proxyUserHeader: '', proxyRoleHeader: '', allowedHosts: [] },
      maxDepth: 20,
      maxAliases: 500,
      maxTokens: 10_000,
      maxCost: 250_000,
      maxBatch: 10,
      maxAnswerBytes: 16 * 1024 * 1024,
      ...{
        rateLimit: 2_000,
        rateBurst: 4_000,
        maxSubscriptions: 2_000,
        introspection: true,
        federation: false,
      },
      ...{ persistedOperations: 'off' },
      ...{ redact: true, redactKeys: [], redactPatterns: [] },
      ...{ defaultQueue: 'celery', allowedTasks: ['*'], allowedQueues: ['*'] },
      ...{ metrics: true, metricsTaskLabels: 'name,queue' },
      ...{ metricsMaxTasks: 200, metricsMaxWorkers: 500, metricsMaxQueues: 500 },
      metricsBuckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
      ...{ maxBodyBytes: 262_144, maxConnections: 2_000, idleTimeout: 120_000 },
      ...{ corsOrigins: [], corsCredentials: false },
      ...{ managementUrl: null, amqpPeek: false },
      ...{ globalKeyprefix: '', fanoutPrefix: true, sep: '\x06\x16', prioritySteps: [0, 3, 6, 9] },
      ...{ resultKeyprefix: '', controlExchange: 'celery', eventExchange: 'celeryev' },
      ...{
        cacheRedis: null,
        cacheRedisPrefix: 'celeryql:',
        cacheRedisTimeout: 50,
        cacheLockTime: 2_000,
        cacheRedisCompression: 2_048,
      },
      ...{ masterName: '', resultMasterName: '', sentinelUsername: '', sentinelPassword: '' },
      ...{ sentinelTls: false },
      caches: {
        task_status: { ttl: 2_000, maxSize: 500, ...off, ...noPush },
        worker_status: { ttl: 5_000, maxSize: 100, ...off, ...noPush },
        queue_status: { ttl: 3_000, maxSize: 100, ...off, ...noPush },
        metrics_summary: { ttl: 5_000, maxSize: 100, ...off, ...noPush },
        health_check: { ttl: 10_000, maxSize: 50, ...off },
      },
    });
  });

  it('takes the environment before the default, and a flag before the environment', () => {
    expect(readConfig([], { PORT: '5000' }).port).toBe(5000);
    expect(readConfig(['--port', '6000'], { PORT: '5000' }).port).toBe(6000);
    expect(readConfig(['--port=6000'], { PORT: 'bad' }).port).toBe(6000);
  });

  it('takes a variable with the prefix before the one without it', () => {
    expect(readConfig([], { CELERYQL_PORT: '7000', PORT: 'bad' }).port).toBe(7000);
    expect(readConfig(['--port', '6000'], { CELERYQL_PORT: '7000' }).port).toBe(6000);
  });

  it.each([
    ['CELERYQL_TASK_STORE_MAX_TASKS', 'MAX_TASKS'],
    ['CELERYQL_MAX_TASKS', 'CELERYQL_TASK_STORE_MAX_TASKS'],
    ['MAX_TASKS', 'TASK_STORE_MAX_TASKS'],
  ])('takes %s before %s', (first, second) => {
    expect(readConfig([], { [second]: '8', [first]: '7' }).maxTasks).toBe(7);
    expect(readConfig([], { [second]: '8' }).maxTasks).toBe(8);
  });

  it.each([
    [[], { BROKER_URL: '' }, 'BROKER_URL'],
    [[], { CELERYQL_PORT: '', PORT: '1' }, 'CELERYQL_PORT'],
    [[], { BROKER_URL: '', CELERY_BROKER_URL: 'redis://b' }, 'BROKER_URL'],
    [[], { CLUSTERS_FILE: '' }, 'CLUSTERS_FILE'],
    [[], { AUTH_FILE: '' }, 'AUTH_FILE'],
    [[], { PORT: '' }, 'PORT'],
    [['--broker', ''], {}, '--broker'],
    [['--auth-file='], {}, '--auth-file'],
  ])('refuses an empty value: %j %j', (args, env, name) => {
    expect(() => readConfig(args, env)).toThrow(
      new ConfigError(`${name} is set but empty: give it a value, or leave it out`),
    );
  });

  it('takes an empty value where that is the default', () => {
    expect(readConfig([], { GLOBAL_KEYPREFIX: '' }).globalKeyprefix).toBe('');
  });

  it.each([
    [{ BROKER_URL: 'redis://a' }, 'a'],
    [{ CELERY_BROKER_URL: 'redis://b' }, 'b'],
    [{ CELERY_BROKER_URL: 'redis://b', BROKER_URL: 'redis://a' }, 'a'],
  ])('finds the broker in %j', (env, host) => {
    expect(readConfig([], env).broker).toEqual(redis(host));
  });

  it('finds the result backend under both of its names', () => {
    const backend = redis('r', 1);
    expect(readConfig([], { RESULT_BACKEND: 'redis://r/1' }).resultBackend).toEqual(backend);
    expect(readConfig([], { CELERY_RESULT_BACKEND: 'redis://r/1' }).resultBackend).toEqual(backend);
  });

  it.each([
    ['--queues', 'mail, ,media,', { queues: ['mail', 'media'] }],
    ['--allowed-tasks', 'mail.*, demo.add', { allowedTasks: ['mail.*', 'demo.add'] }],
    ['--fanout-prefix', 'false', { fanoutPrefix: false }],
    ['--fanout-patterns', 'true', { fanoutPatterns: true }],
    ['--fanout-patterns', 'false', { fanoutPatterns: false }],
    ['--fanout-patterns', 'auto', { fanoutPatterns: 'auto' }],
    ['--unacked-key', 'held', { unackedKey: 'held' }],
    ['--unacked-index-key', 'held_index', { unackedIndexKey: 'held_index' }],
    ['--visibility-timeout', '43200', { visibilityTimeout: 43_200_000 }],
    ['--fanout-prefix', 'app-{db}.', { fanoutPrefix: 'app-{db}.' }],
    ['--sep', ':', { sep: ':' }],
    ['--sep', '\\x06\\x16', { sep: '\x06\x16' }],
    ['--priority-steps', '0, 5,5', { prioritySteps: [0, 5] }],
    ['--inspect-timeout', '0.25', { inspectTimeout: 250 }],
    ['--warm-up', 'none', { warmUp: [] }],
    ['--warm-up', 'queues, workers,queues', { warmUp: ['workers', 'queues'] }],
    ['--warm-up-timeout', '0', { warmUpTimeout: 0 }],
    ['--warm-up-jitter', '2.5', { warmUpJitter: 2_500 }],
    ['--max-task-megabytes', '1', { maxTaskBytes: 1_048_576 }],
    ['--event-backlog-megabytes', '1', { eventBacklogBytes: 1_048_576 }],
    ['--port', '0', { port: 0 }],
    ['--metrics-task-labels', 'queue', { metricsTaskLabels: 'queue' }],
    ['--metrics-buckets', '0.1, 1,10', { metricsBuckets: [0.1, 1, 10] }],
    ['--redact', 'false', { redact: false }],
    ['--redact-keys', 'iban, *_pin_code', { redactKeys: ['iban', '*_pin_code'] }],
    ['--redact-patterns', 'a,b\n\n \\d{5}\n', { redactPatterns: patterns('a,b', '\\d{5}') }],
    ['--proxy-user-header', 'X-Forwarded-User', { proxyUserHeader: 'x-forwarded-user' }],
    [
      '--role-map',
      'ops = operator,a=b=admin',
      {
        roleMap: new Map([
          ['ops', 'operator'],
          ['a=b', 'admin'],
        ]),
      },
    ],
    [
      '--trusted-proxies',
      '10.0.0.0/8, ::1',
      {
        trustedProxies: [
          { address: '10.0.0.0', prefix: 8 },
          { address: '::1', prefix: 128 },
        ],
      },
    ],
  ])('reads %s %s', (flag, text, expected) => {
    expect(readConfig([flag, text], {})).toMatchObject(expected);
  });

  it.each([
    ['PORT', 'http', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '4000.5', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', ' 4000', 'PORT must be a whole number from 0 to 65535'],
    ['HOST', ' ', 'HOST must not be empty'],
    ...['queue', 'workers,none', ',', 'ALL'].map((names) => [
      'WARM_UP',
      names,
      'WARM_UP must be all, none, or names of workers, worker_stats, queues, metrics_summary, health, task_status, task_types, tasks',
    ]),
    ['ANONYMOUS', 'root', 'ANONYMOUS must be one of auto, none, viewer, operator, admin'],
    [
      'TRUSTED_PROXIES',
      '10.0.0.0/33',
      'TRUSTED_PROXIES must be IP addresses or networks such as 10.0.0.0/8',
    ],
    ['TRUSTED_PROXIES', 'proxy', 'TRUSTED_PROXIES must be IP addresses or networks such as 10.0.0.0/8'],
    ['PROXY_USER_HEADER', 'x user', 'PROXY_USER_HEADER must be the name of a header'],
    [
      'ROLE_MAP',
      'ops=root',
      'ROLE_MAP must be groups and roles (viewer, operator, admin) such as ops=operator',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of debug, info, warn, error, silent'],
    ['INSPECT_TIMEOUT', '1s', 'INSPECT_TIMEOUT must be a number of seconds from 0.05 to 60'],
    ['INSPECT_TIMEOUT', '0', 'INSPECT_TIMEOUT must be a number of seconds from 0.05 to 60'],
    ['TASK_STORE_MAX_TASKS', '0', 'TASK_STORE_MAX_TASKS must be a whole number from 1 to 10000000'],
    ['ALLOWED_TASKS', ' , ', 'ALLOWED_TASKS must name at least one pattern'],
    [
      'CACHE_REDIS_COMPRESSION',
      'on',
      'CACHE_REDIS_COMPRESSION must be a whole number from 0 to 16777216, or off',
    ],
    ['PRIORITY_STEPS', '0,x', 'PRIORITY_STEPS must be a whole number from 0 to 255'],
    ['PRIORITY_STEPS', ',', 'PRIORITY_STEPS must name at least one priority'],
    [
      'MANAGEMENT_URL',
      'hunter3',
      'MANAGEMENT_URL must be auto, none or a URL such as http://host:15672',
    ],
    ['REDACT_KEYS', 'iban,*', `REDACT_KEYS ${badNames}`],
    ['REDACT_KEYS', 'a(b)', `REDACT_KEYS ${badNames}`],
    ['REDACT_PATTERNS', '(hunter3', 'REDACT_PATTERNS must be regular expressions, one a line'],
    ['REDACT_PATTERNS', 'a*', 'REDACT_PATTERNS must be regular expressions that match something'],
    [
      'REDACT_PATTERNS',
      'x'.repeat(501),
      'REDACT_PATTERNS must be at most 20 lines of at most 500 characters',
    ],
    ['SENTINEL_TLS', 'yes', 'SENTINEL_TLS must be one of true, false'],
    ['BROKER_URL', 'hunter3', 'BROKER_URL is not a URL such as redis://host:6379/0'],
    [
      'CELERY_BROKER_URL',
      'sqs://u:hunter3@h//',
      'CELERY_BROKER_URL has scheme sqs://, but only redis://, rediss://, sentinel://, redis+socket://, amqp://, pyamqp://, librabbitmq://, amqps:// can be watched',
    ],
  ])('refuses %s=%s in one clear line', (name, text, message) => {
    expect(() => readConfig([], { [name]: text })).toThrow(new ConfigError(message));
  });

  it('asks the Sentinels for the master that is named, of broker and results', () => {
    const flags = ['--broker', 'sentinel://a', '--result-backend', 'sentinel://b/1'];
    const named = [...flags, '--master-name', 'one', '--sentinel-password', 'hunter3'];
    const sentinel = { kind: 'sentinel', username: null, password: 'hunter3', tls: false };
    const places = (args: readonly string[]) => {
      const { broker, resultBackend } = readConfig(args, {});
      return [broker, resultBackend];
    };
    expect(places(named)).toMatchObject([
      { place: { ...sentinel, masterName: 'one', sentinels: [{ host: 'a', port: 26_379 }] } },
      { db: 1, place: { ...sentinel, masterName: 'one', sentinels: [{ host: 'b', port: 26_379 }] } },
    ]);
    expect(places([...named, '--result-master-name', 'two'])).toMatchObject([
      { place: { masterName: 'one' } },
      { place: { masterName: 'two' } },
    ]);
    expect(() => readConfig(flags, {})).toThrow(
      new ConfigError('--master-name (MASTER_NAME) must be set to use Sentinels'),
    );
  });

  it('speaks TLS with Sentinels as with the master only', () => {
    const flags = ['--master-name', 'one', '--sentinel-tls', 'true', '--broker'];
    const url = 'sentinel://a?ssl_cert_reqs=required';
    expect(readConfig([...flags, url], {}).broker).toMatchObject({ place: { tls: true } });
    expect(() => readConfig([...flags, 'sentinel://a'], {})).toThrow(/^--sentinel-tls .* needs/);
  });

  it('names the flag when the flag is wrong', () => {
    expect(() => readConfig(['--port', 'x'], { PORT: '1' })).toThrow(/^--port must be/);
  });

  it.each([[['--nothing']], [['--nothing=1']], [['word']], [['--port']], [['--port', '-1']], [['-x']]])(
    'refuses %j in one line that points to --help',
    (args) => {
      expect(() => readConfig(args, {})).toThrow(/^[^\n]+; --help lists all flags$/);
      expect(() => readConfig(args, {})).toThrow(ConfigError);
    },
  );

  it.each([
    [['--broker', 'redis://:hunter3@h:x']],
    [['--brokr', 'redis://:hunter3@h']],
    [['--brokr=redis://:hunter3@h']],
    [['redis://:hunter3@h']],
    [['-redis://:hunter3@h']],
    [['--redis://:hunter3@h']],
  ])('does not repeat the password of %j', (args) => {
    expect(() => readConfig(args, {})).toThrow(ConfigError);
    expect(() => readConfig(args, {})).not.toThrow('hunter3');
  });
});

describe('settings', () => {
  it('have flags and variables of their own', () => {
    const flags = [...rows, ...formerCacheNames].map(({ flag }) => flag);
    const names = [...flags, cacheFlag, ...variables];
    expect(new Set(names).size).toBe(names.length);
  });

  it('have keys of their own', () => {
    const keys = Object.values(sections).flatMap((section) => Object.keys(section));
    expect(Object.keys(settings)).toEqual(keys);
  });

  it('show defaults that can be written as they are shown', () => {
    const words = ['the embedded cluster', 'the broker', "the broker's", 'none', 'empty'];
    for (const row of rows) {
      const shown = shownDefault(row);
      if (!words.includes(shown)) expect(row.parse(shown)).toEqual(row.default);
    }
  });
});
