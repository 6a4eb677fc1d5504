/**
 * Settings: one table of flags, environment variables, parsers, defaults and what they are for. `--help`, the README
 * and the types derive from it. Durations are in seconds here and in milliseconds in the code.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { CacheName, CacheOverrides } from './cache/cache-defaults.js';
import { standardRedactor } from './celery/redaction/redactor.js';
import { withSentinel } from './celery/transport/redis-address.js';
import { errorMessage } from './error-message.js';
import { ConfigError } from './errors.js';
import { accessSettings } from './settings/access.js';
import { brokerSettings } from './settings/broker.js';
import { cacheSettings } from './settings/caches.js';
import { withMasters } from './settings/cluster.js';
import type { ClusterConfig, ValuesOf } from './settings/cluster.js';
import { clustersSettings } from './settings/clusters.js';
import { parseClustersFile } from './settings/clusters-file.js';
import type { ConfiguredCluster } from './settings/clusters-file.js';
import { controlSettings } from './settings/control.js';
import { gatewaySettings } from './settings/gateway.js';
import { limitSettings } from './settings/limits.js';
import { metricsSettings } from './settings/metrics.js';
import type { Setting } from './settings/setting.js';
import { sharedCacheSettings } from './settings/shared-cache.js';
import { redactionSettings } from './settings/redaction.js';
import { warmUpSettings } from './settings/warm-up.js';
import { watchSettings } from './settings/watch.js';

const { broker, resultBackend, ...wire } = brokerSettings;

/** In the order in which people read them. */
export const settings = {
  broker,
  resultBackend,
  ...clustersSettings,
  ...gatewaySettings,
  ...accessSettings,
  ...watchSettings,
  ...warmUpSettings,
  ...limitSettings,
  ...metricsSettings,
  ...redactionSettings,
  ...controlSettings,
  ...wire,
  ...sharedCacheSettings,
} as const;

export interface Config extends ValuesOf<typeof settings>, ClusterConfig {
  /** Null where there is one, which the other settings are about. */
  readonly clusters: readonly ConfiguredCluster[] | null;
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
  const own = { ...(Object.fromEntries(values) as ValuesOf<typeof settings>), caches };
  const clusters = own.clustersFile === '' ? null : readClusters(own, flags, env);
  const cacheRedis = own.cacheRedis && withSentinel(own.cacheRedis, own);
  return Object.freeze({ ...withMasters(own), cacheRedis, clusters });
}

function readClusters(
  own: ValuesOf<typeof settings> & ClusterConfig,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): readonly ConfiguredCluster[] {
  const setting = '--clusters-file';
  for (const row of Object.values<Setting<unknown>>(brokerSettings)) {
    const { given, name } = givenFor(row, flags, env);
    if (given !== undefined)
      throw new ConfigError(`${name} is of one cluster: it has its place in the file of ${setting}`);
  }
  let text;
  try {
    text = readFileSync(own.clustersFile, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${setting} cannot be read`, { cause });
  }
  try {
    return parseClustersFile(text, own, env);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${setting} ${error.message}`) : error;
  }
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
  const { given, name } = givenFor(row, flags, env);
  if (given === undefined) return row.default;
  try {
    return row.parse(given);
  } catch (error) {
    throw new ConfigError(`${name} ${error instanceof Error ? error.message : 'is malformed'}`, {
      cause: error,
    });
  }
}

/** What was given for it, and under which name. */
function givenFor(
  row: Setting<unknown>,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly given: string | undefined; readonly name: string } {
  const flag = flags[row.flag];
  if (typeof flag === 'string') return { given: flag, name: `--${row.flag}` };
  const variable = row.env.find((name) => (env[name] ?? '') !== '');
  return { given: variable === undefined ? undefined : env[variable], name: variable ?? row.flag };
}
