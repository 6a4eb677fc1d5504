/**
 * The application's settings that the gateway's figures depend on, and how they differ from the gateway's own. Celery has
 * no counterpart: its monitors are given the application itself.
 */
import { isObject } from './events/event-fields.js';
import type { RedisOptions } from './transport/redis/redis-names.js';

/** What the gateway was set to. Without `redis`, the broker is another. */
export interface GatewayConfiguration {
  readonly redis: RedisOptions | null;
  readonly controlExchange: string;
  readonly eventExchange: string;
  readonly defaultQueue: string;
  /** Whether results are read from Redis. */
  readonly readsRedisResults: boolean;
}

type Setting = boolean | number | string | readonly number[];

export interface Difference {
  /** Celery's name, such as `fanout_prefix`. */
  readonly name: string;
  /** False for what costs no more than details. */
  readonly isHarmful: boolean;
  /** What differs and what to change, in words. */
  readonly message: string;
}

interface Comparison {
  readonly name: string;
  /** The gateway's setting that has to be changed. */
  readonly variable: string;
  /** Celery's value where the application sets none. */
  readonly standard: Setting;
  /** Whether a difference makes figures wrong; true when left out. */
  readonly isHarmful?: boolean;
  /** Null where any value of the application is understood. */
  readonly ours: (gateway: GatewayConfiguration, redis: RedisOptions) => Setting | null;
}

/** Within `broker_transport_options`; only of Redis. */
const transportOptions: readonly Comparison[] = [
  {
    name: 'global_keyprefix',
    variable: 'GLOBAL_KEYPREFIX',
    standard: '',
    ours: (_, redis) => redis.globalKeyprefix,
  },
  {
    name: 'fanout_prefix',
    variable: 'FANOUT_PREFIX',
    standard: true,
    ours: (_, redis) => redis.fanoutPrefix,
  },
  {
    name: 'fanout_patterns',
    variable: 'FANOUT_PATTERNS',
    standard: true,
    ours: (_, redis) => (redis.fanoutPatterns === 'auto' ? null : redis.fanoutPatterns),
  },
  { name: 'sep', variable: 'SEP', standard: '\x06\x16', ours: (_, redis) => redis.sep },
  {
    name: 'priority_steps',
    variable: 'PRIORITY_STEPS',
    standard: [0, 3, 6, 9],
    ours: (_, redis) => redis.prioritySteps,
  },
  {
    name: 'unacked_key',
    variable: 'UNACKED_KEY',
    standard: 'unacked',
    ours: (_, redis) => redis.unackedKey,
  },
  {
    name: 'unacked_index_key',
    variable: 'UNACKED_INDEX_KEY',
    standard: 'unacked_index',
    isHarmful: false,
    ours: (_, redis) => redis.unackedIndexKey,
  },
  {
    name: 'visibility_timeout',
    variable: 'VISIBILITY_TIMEOUT',
    standard: 3_600,
    isHarmful: false,
    ours: (_, redis) => redis.visibilityTimeout / 1000,
  },
];

const settings: readonly Omit<Comparison, 'ours'>[] = [
  { name: 'control_exchange', variable: 'CONTROL_EXCHANGE', standard: 'celery' },
  { name: 'event_exchange', variable: 'EVENT_EXCHANGE', standard: 'celeryev' },
  // It is where `sendTask` sends to; no figure depends on it.
  { name: 'task_default_queue', variable: 'DEFAULT_QUEUE', standard: 'celery', isHarmful: false },
];

/** Their names before Celery 4, without the prefix that they had. */
const oldNames: Readonly<Record<string, string>> = {
  default_queue: 'task_default_queue',
  send_task_sent_event: 'task_send_sent_event',
};

const maxTextLength = 60;
const redisResults = /^(?:redis|rediss|sentinel|redis\+socket|socket)\b/;

/**
 * What differs between a worker's reply to `conf` and the gateway's settings. Values that are masked, or of a type that
 * the setting never has, are not compared.
 */
export function compareConfiguration(
  conf: Readonly<Record<string, unknown>>,
  gateway: GatewayConfiguration,
): readonly Difference[] {
  const application = byPlainName(conf);
  const options = application.get('broker_transport_options');
  const { redis } = gateway;
  const own: Readonly<Record<string, Setting>> = {
    control_exchange: gateway.controlExchange,
    event_exchange: gateway.eventExchange,
    task_default_queue: gateway.defaultQueue,
  };
  return [
    ...(redis === null
      ? []
      : transportOptions.flatMap((row) =>
          difference(row, isObject(options) ? options[row.name] : undefined, row.ours(gateway, redis)),
        )),
    ...settings.flatMap((row) => difference(row, application.get(row.name), own[row.name] ?? null)),
    ...serializers(application),
    ...resultBackend(application.get('result_backend'), gateway),
    ...sentEvents(application.get('task_send_sent_event')),
  ];
}

function difference(
  { name, variable, standard, isHarmful = true }: Omit<Comparison, 'ours'>,
  value: unknown,
  ours: Setting | null,
): readonly Difference[] {
  const theirs = value === undefined || value === null ? standard : readSetting(value, standard);
  if (ours === null || theirs === null || plain(name, theirs) === plain(name, ours)) return [];
  const message = `${name} of the application is ${shown(theirs)}, the gateway has ${shown(ours)}: set ${variable}`;
  return [{ name, isHarmful, message }];
}

/** Null for a value that the setting cannot have. `fanout_prefix` may be a text as well. */
function readSetting(value: unknown, standard: Setting): Setting | null {
  if (typeof value === 'string')
    return typeof standard === 'number' || value.includes('****') ? null : value;
  if (Array.isArray(value)) {
    const numbers = value.filter((item): item is number => typeof item === 'number');
    return Array.isArray(standard) && numbers.length === value.length ? numbers : null;
  }
  return typeof value === typeof standard && (typeof value === 'boolean' || typeof value === 'number')
    ? value
    : null;
}

/** Two ways to write one value are equal. */
function plain(name: string, setting: Setting): string {
  if (name !== 'fanout_prefix' || typeof setting !== 'boolean') return shown(setting);
  return shown(setting ? '/{db}.' : '');
}

function shown(setting: Setting): string {
  if (typeof setting === 'object') return JSON.stringify([...setting].sort((a, b) => a - b));
  return JSON.stringify(setting).slice(0, maxTextLength);
}

function serializers(application: ReadonlyMap<string, unknown>): readonly Difference[] {
  return ['event_serializer', 'result_serializer', 'task_serializer'].flatMap((name) => {
    const serializer = application.get(name);
    if (typeof serializer !== 'string' || serializer === 'json') return [];
    const shownName = JSON.stringify(serializer).slice(0, maxTextLength);
    const message = `${name} of the application is ${shownName}, which the gateway may not be able to read: set ${name} to "json" there`;
    // Without events nothing is known; what else cannot be read is said where it stands.
    return [{ name, isHarmful: name === 'event_serializer', message }];
  });
}

function resultBackend(value: unknown, gateway: GatewayConfiguration): readonly Difference[] {
  // `disabled://` is Celery's way to store no results.
  if (typeof value !== 'string' || value === '' || /^disabled\b/.test(value)) return [];
  const isRedis = redisResults.test(value);
  if (isRedis === gateway.readsRedisResults) return [];
  // No more than the scheme: the rest is an address, with credentials.
  const kind = /^[a-z][a-z0-9+._-]*(?=:\/\/|$)/i.exec(value)?.[0].slice(0, maxTextLength) ?? 'another';
  const ours = gateway.readsRedisResults ? 'reads results from Redis' : 'reads no results';
  const message = `result_backend of the application is ${kind}, and the gateway ${ours}: set RESULT_BACKEND`;
  return [{ name: 'result_backend', isHarmful: true, message }];
}

function sentEvents(value: unknown): readonly Difference[] {
  if (value === true) return [];
  const message =
    'task_send_sent_event of the application is off: tasks are unknown until a worker has received them';
  return [{ name: 'task_send_sent_event', isHarmful: false, message }];
}

/** Settings by Celery's names of today: an application may use those before Celery 4, or a prefix of its own. */
function byPlainName(conf: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const plain = new Map<string, unknown>();
  for (const [name, value] of Object.entries(conf)) {
    const short = name.toLowerCase().replace(/^celery_/, '');
    const current = oldNames[short] ?? short;
    if (!plain.has(current) || name === current) plain.set(current, value);
  }
  return plain;
}
