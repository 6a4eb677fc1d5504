/**
 * Settings: one table of flags, environment variables, parsers, defaults and what they are for. `--help`, the README
 * and the types derive from it. Durations are in seconds here and in milliseconds in the code.
 */
import { parseArgs } from 'node:util';
import { cacheDefaults, cacheNames } from './cache/cache-registry.js';
import type { CacheName, CacheOverrides } from './cache/cache-registry.js';
import { redact } from './celery/redact.js';
import { parseBrokerUrl } from './celery/transport/broker-url.js';
import type { BrokerAddress } from './celery/transport/broker-url.js';
import { withSentinel } from './celery/transport/redis-address.js';
import { parseManagementUrl } from './celery/transport/rabbitmq-address.js';
import type { ManagementAddress } from './celery/transport/rabbitmq-address.js';
import { defaultRedisOptions } from './celery/transport/redis-names.js';
import { parseResultBackendUrl } from './celery/transport/result-backend-url.js';
import type { ResultBackendAddress } from './celery/transport/result-backend-url.js';
import { errorMessage } from './error-message.js';
import { ConfigError } from './errors.js';
import { logLevels } from './log.js';
import type { LogLevel } from './log.js';
import {
  boolean,
  booleanOrText,
  list,
  megabytes,
  nonEmpty,
  oneOf,
  seconds,
  separator,
  steps,
  text,
  wholeNumber,
} from './setting-parsers.js';

export interface Setting<T> {
  readonly flag: string;
  /** The first that is set counts. */
  readonly env: readonly string[];
  /** @throws ConfigError saying what is wrong, without repeating the text: it may be a secret. */
  readonly parse: (text: string) => T;
  readonly default: T;
  /** The default as people write it. */
  readonly shownDefault: string;
  readonly doc: string;
}

function setting<T>(
  flag: string,
  env: string,
  parse: Setting<T>['parse'],
  fallback: T,
  shown: string,
  doc: string,
): Setting<T> {
  return { flag, env: env.split(' '), parse, default: fallback, shownDefault: shown, doc };
}

export const settings = {
  broker: setting<BrokerAddress | null>(
    'broker',
    'BROKER_URL CELERY_BROKER_URL',
    parseBrokerUrl,
    null,
    'the embedded cluster',
    'the cluster to watch, such as `redis://:password@host:6379/0` or `amqp://user:password@host:5672/vhost`',
  ),
  resultBackend: setting<ResultBackendAddress | null>(
    'result-backend',
    'RESULT_BACKEND CELERY_RESULT_BACKEND',
    parseResultBackendUrl,
    null,
    'the broker',
    'where tasks store their results, such as `redis://host:6379/1`',
  ),
  host: setting('host', 'HOST', nonEmpty, '127.0.0.1', '127.0.0.1', 'address to listen on'),
  port: setting(
    'port',
    'PORT',
    wholeNumber(0, 65_535),
    4000,
    '4000',
    'port to listen on; 0 takes any free one',
  ),
  logLevel: setting<LogLevel>(
    'log-level',
    'LOG_LEVEL',
    oneOf(logLevels),
    'info',
    'info',
    `one of ${logLevels.join(', ')}`,
  ),
  inspectTimeout: setting(
    'inspect-timeout',
    'INSPECT_TIMEOUT',
    seconds(0.05, 60),
    1_000,
    '1',
    'seconds that workers have to answer, in all',
  ),
  queues: setting<readonly string[]>(
    'queues',
    'QUEUES',
    list,
    [],
    'none',
    'names of queues to watch though no worker ever bound them, separated by commas',
  ),
  maxTasks: setting(
    'max-tasks',
    'TASK_STORE_MAX_TASKS',
    wholeNumber(1, 10_000_000),
    100_000,
    '100000',
    'tasks to remember at most',
  ),
  maxTaskBytes: setting(
    'max-task-megabytes',
    'TASK_STORE_MAX_MEGABYTES',
    megabytes,
    256 * 1024 * 1024,
    '256',
    'memory for them at most, in megabytes',
  ),
  eventBacklogBytes: setting(
    'event-backlog-megabytes',
    'EVENT_BACKLOG_MEGABYTES',
    megabytes,
    defaultRedisOptions.eventBacklogBytes,
    '256',
    'events that have arrived may take this much memory until they are read',
  ),
  subscriptionBuffer: setting(
    'subscription-buffer',
    'SUBSCRIPTION_BUFFER',
    wholeNumber(1, 1_000_000),
    10_000,
    '10000',
    'events that wait for a slow subscriber at most; it misses the oldest and is told how many',
  ),
  globalKeyprefix: setting(
    'global-keyprefix',
    'GLOBAL_KEYPREFIX',
    text,
    defaultRedisOptions.globalKeyprefix,
    'empty',
    'Redis: transport option `global_keyprefix`',
  ),
  resultKeyprefix: setting(
    'result-keyprefix',
    'RESULT_KEYPREFIX',
    text,
    '',
    'empty',
    'Redis: `global_keyprefix` of `result_backend_transport_options`, as written there',
  ),
  masterName: setting(
    'master-name',
    'MASTER_NAME',
    text,
    '',
    'empty',
    'Redis: transport option `master_name`, for addresses of Sentinels',
  ),
  resultMasterName: setting(
    'result-master-name',
    'RESULT_MASTER_NAME',
    text,
    '',
    "the broker's",
    'Redis: `master_name` of `result_backend_transport_options`, where it is another',
  ),
  sentinelUsername: setting(
    'sentinel-username',
    'SENTINEL_USERNAME',
    text,
    '',
    'none',
    'Redis: `username` of `sentinel_kwargs`',
  ),
  sentinelPassword: setting(
    'sentinel-password',
    'SENTINEL_PASSWORD',
    text,
    '',
    'none',
    'Redis: `password` of `sentinel_kwargs`',
  ),
  sentinelTls: setting(
    'sentinel-tls',
    'SENTINEL_TLS',
    boolean,
    false,
    'false',
    'Redis: `ssl` of `sentinel_kwargs`: true when the Sentinels speak TLS as the master does',
  ),
  fanoutPrefix: setting<boolean | string>(
    'fanout-prefix',
    'FANOUT_PREFIX',
    booleanOrText,
    defaultRedisOptions.fanoutPrefix,
    'true',
    'Redis: transport option `fanout_prefix`: true, false, or a text that may contain `{db}`',
  ),
  sep: setting(
    'sep',
    'SEP',
    separator,
    defaultRedisOptions.sep,
    '\\x06\\x16',
    'Redis: transport option `sep`',
  ),
  prioritySteps: setting<readonly number[]>(
    'priority-steps',
    'PRIORITY_STEPS',
    steps,
    defaultRedisOptions.prioritySteps,
    '0,3,6,9',
    'Redis: transport option `priority_steps`, separated by commas',
  ),
  managementUrl: setting<ManagementAddress | false | null>(
    'management-url',
    'MANAGEMENT_URL',
    parseManagementUrl,
    null,
    'auto',
    'RabbitMQ: its management API, such as `http://user:password@host:15672`; `none` does without, `auto` looks on port 15672 where the broker is on 5672',
  ),
  amqpPeek: setting(
    'amqp-peek',
    'AMQP_PEEK',
    boolean,
    false,
    'false',
    'RabbitMQ: whether `peek` may take messages from classic queues and give them back: true or false',
  ),
  controlExchange: setting(
    'control-exchange',
    'CONTROL_EXCHANGE',
    nonEmpty,
    defaultRedisOptions.controlExchange,
    'celery',
    "Celery's `control_exchange`",
  ),
  eventExchange: setting(
    'event-exchange',
    'EVENT_EXCHANGE',
    nonEmpty,
    defaultRedisOptions.eventExchange,
    'celeryev',
    "Celery's `event_exchange`",
  ),
} as const;

/** Rows for each cache; their values are gathered under `caches`. */
export const cacheSettings: readonly (Setting<number> & {
  cache: CacheName;
  option: keyof CacheOverrides;
})[] = cacheNames.flatMap((cache) => {
  const defaults = cacheDefaults[cache];
  const flag = `cache-${cache.replaceAll('_', '-')}`;
  const env = `CACHE_${cache.toUpperCase()}`;
  const row = (
    option: keyof CacheOverrides,
    name: string,
    parse: Setting<number>['parse'],
    unit: number,
    doc: string,
  ) => {
    const base = setting(
      `${flag}-${name.toLowerCase().replaceAll('_', '-')}`,
      `${env}_${name}`,
      parse,
      defaults[option],
      String(defaults[option] / unit),
      doc,
    );
    return { ...base, cache, option };
  };
  return [
    row('ttl', 'TTL', seconds(0.001, 86_400), 1000, `${cache}: seconds that an answer counts as fresh`),
    row('maxSize', 'MAX_SIZE', wholeNumber(1, 1_000_000), 1, `${cache}: entries at most`),
    row(
      'staleWhileRevalidate',
      'STALE_WHILE_REVALIDATE',
      seconds(0, 86_400),
      1000,
      `${cache}: seconds past the TTL that an old answer is given while a new one is loaded`,
    ),
    row(
      'staleIfError',
      'STALE_IF_ERROR',
      seconds(0, 86_400),
      1000,
      `${cache}: seconds past the TTL that an old answer is given when the cluster cannot be asked`,
    ),
  ];
});

type Settings = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

export interface Config extends Settings {
  readonly caches: Readonly<Partial<Record<CacheName, CacheOverrides>>>;
}

/**
 * Flags win over the environment, which wins over defaults.
 * @throws ConfigError naming the first setting that is unknown or malformed.
 */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const flags = parseFlags(args);
  const caches: Partial<Record<CacheName, CacheOverrides>> = {};
  for (const row of cacheSettings)
    caches[row.cache] = { ...caches[row.cache], [row.option]: valueOf(row, flags, env) };
  const values = Object.entries(settings).map(([name, row]) => [
    name,
    valueOf<unknown>(row, flags, env),
  ]);
  // Each row's parser gives the type of its own key, which Object.entries forgets.
  return Object.freeze({ ...withMasters(Object.fromEntries(values) as Settings), caches });
}

/** Sentinels are asked for a master by its name, which no URL holds. */
function withMasters(values: Settings): Settings {
  const { broker, resultBackend, masterName, resultMasterName } = values;
  const ofResults = { ...values, masterName: resultMasterName || masterName };
  return {
    ...values,
    broker: broker?.scheme === 'redis' ? withSentinel(broker, values) : broker,
    resultBackend:
      resultBackend?.scheme === 'redis' ? withSentinel(resultBackend, ofResults) : resultBackend,
  };
}

/** @throws ConfigError for a flag that is not in the table. */
function parseFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const rows: readonly Setting<unknown>[] = [...Object.values(settings), ...cacheSettings];
  const options = Object.fromEntries(rows.map(({ flag }) => [flag, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const [reason] = errorMessage(cause).split(/\.\s/);
    // It quotes the argument, which may be the URL of a broker whose flag was forgotten.
    throw new ConfigError(`${String(redact(reason))}; --help lists what there is`);
  }
}

function valueOf<T>(
  row: Setting<T>,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): T {
  const flag = flags[row.flag];
  const variable = row.env.find((name) => (env[name] ?? '') !== '');
  const given = typeof flag === 'string' ? flag : variable === undefined ? undefined : env[variable];
  if (given === undefined) return row.default;
  try {
    return row.parse(given);
  } catch (error) {
    const name = typeof flag === 'string' ? `--${row.flag}` : (variable ?? row.flag);
    throw new ConfigError(`${name} ${error instanceof Error ? error.message : 'is malformed'}`, {
      cause: error,
    });
  }
}
