/**
 * Settings: one table of flags, environment variables, parsers, defaults and what they are for. `--help`, the README
 * and the types derive from it. Durations are in seconds here and in milliseconds in the code.
 */
import { parseArgs } from 'node:util';
import type { CacheName, CacheOverrides } from './cache/cache-registry.js';
import { standardRedactor } from './celery/redaction/redactor.js';
import { withSentinel } from './celery/transport/redis-address.js';
import { errorMessage } from './error-message.js';
import { ConfigError } from './errors.js';
import { accessSettings } from './settings/access.js';
import { brokerSettings } from './settings/broker.js';
import { cacheSettings } from './settings/caches.js';
import { controlSettings } from './settings/control.js';
import { gatewaySettings } from './settings/gateway.js';
import { limitSettings } from './settings/limits.js';
import { metricsSettings } from './settings/metrics.js';
import type { Setting } from './settings/setting.js';
import { redactionSettings } from './settings/redaction.js';
import { watchSettings } from './settings/watch.js';

const { broker, resultBackend, ...wire } = brokerSettings;

/** In the order in which people read them. */
export const settings = {
  broker,
  resultBackend,
  ...gatewaySettings,
  ...accessSettings,
  ...watchSettings,
  ...limitSettings,
  ...metricsSettings,
  ...redactionSettings,
  ...controlSettings,
  ...wire,
} as const;

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
    throw new ConfigError(`${standardRedactor.text(reason ?? '')}; --help lists what there is`);
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
