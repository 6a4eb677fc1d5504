/**
 * Settings: one table of flags, environment variables, parsers, defaults and what they are for. `--help`, the README
 * and the types derive from it. Durations are in seconds here and in milliseconds in the code.
 */
import { parseArgs } from 'node:util';
import { isLoopback } from './access/loopback.js';
import type { CacheName, CacheOverrides } from './cache/cache-defaults.js';
import { standardRedactor } from './celery/redaction/redactor.js';
import { withSentinel } from './celery/transport/redis-address.js';
import { errorMessage } from './error-message.js';
import { ConfigError } from './errors.js';
import { readSettingsFile } from './settings-file.js';
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
import { misspellings, refuseUnknown } from './settings/variables.js';
import type { Environment, Misspelling } from './settings/variables.js';
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

const rows: readonly Setting<unknown>[] = [...Object.values(settings), ...cacheSettings];
const variables = rows.flatMap(({ env }) => env);
/** What says which cluster is watched. */
const sources: readonly string[] = [...broker.env, ...settings.clustersFile.env];

export interface Config extends ValuesOf<typeof settings>, ClusterConfig {
  /** Null where there is one, which the other settings are about. */
  readonly clusters: readonly ConfiguredCluster[] | null;
}

/**
 * Flags win over the environment, which wins over defaults.
 * @throws ConfigError naming the first setting that is unknown or malformed.
 */
export function readConfig(args: readonly string[], env: Environment): Config {
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
  const file = own.clustersFile === '' ? null : readClustersFile(own.clustersFile, flags, env);
  refuseUnknown(env, variables, file?.variables ?? new Set());
  const clusters = file && readClusters(file.text, own, env);
  if (file === null && givenFor(broker, flags, env).given === undefined) assertMayEmbed(own, env);
  const cacheRedis = own.cacheRedis && withSentinel(own.cacheRedis, own);
  return Object.freeze({ ...withMasters(own), cacheRedis, clusters });
}

/** Variables that look like a setting, were probably meant as one, and have no effect. */
export function misspelledSettings(env: Environment): readonly Misspelling[] {
  return misspellings(env, variables);
}

/**
 * Without a broker the gateway shows an invented cluster, which nobody may take for theirs.
 * @throws ConfigError where a broker was probably meant, or where other machines would see it
 */
function assertMayEmbed({ host }: Pick<Config, 'host'>, env: Environment): void {
  const misspelled = misspelledSettings(env).find(({ setting }) => sources.includes(setting));
  if (misspelled !== undefined)
    throw new ConfigError(
      `${misspelled.variable} is not a setting; did you mean ${misspelled.setting}?`,
    );
  if (isLoopback(host)) return;
  throw new ConfigError(
    `--host ${host} would show the embedded cluster, a simulation, to other machines: set BROKER_URL or ` +
      '--clusters-file to watch a real one, or say --broker embedded',
  );
}

const clustersFlag = '--clusters-file';

interface ClustersFile {
  readonly text: string;
  /** Names of the variables that it refers to. */
  readonly variables: ReadonlySet<string>;
}

function readClustersFile(
  path: string,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
): ClustersFile {
  for (const row of Object.values<Setting<unknown>>(brokerSettings)) {
    const { given, name } = givenFor(row, flags, env);
    if (given !== undefined)
      throw new ConfigError(
        `${name} is of one cluster: it has its place in the file of ${clustersFlag}`,
      );
  }
  const text = ofClustersFile(() => readSettingsFile(path).text);
  const variables = [...text.matchAll(/\$\{(\w{1,100})\}/g)].map(([, name = '']) => name);
  return { text, variables: new Set(variables) };
}

function readClusters(
  text: string,
  own: ValuesOf<typeof settings> & ClusterConfig,
  env: Environment,
): readonly ConfiguredCluster[] {
  return ofClustersFile(() => parseClustersFile(text, own, env));
}

/** Complaints about the file name the flag. */
function ofClustersFile<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigError
      ? new ConfigError(`${clustersFlag} ${error.message}`, { cause: error.cause })
      : error;
  }
}

/** @throws ConfigError for a flag that is not in the table. */
function parseFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.fromEntries(rows.map(({ flag }) => [flag, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const [reason] = errorMessage(cause).split(/\.\s/);
    // It quotes the argument, which may be the URL of a broker whose flag was forgotten.
    throw new ConfigError(`${standardRedactor.text(reason ?? '')}; --help lists what there is`);
  }
}

function valueOf<T>(row: Setting<T>, flags: Readonly<Record<string, unknown>>, env: Environment): T {
  const { given, name } = givenFor(row, flags, env);
  if (given === undefined) return row.default;
  // A variable of a template that was not filled in: whoever set it wants something else than the default.
  if (given === '' && row.shownDefault !== 'empty')
    throw new ConfigError(`${name} is set but empty: give it a value, or leave it out`);
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
  env: Environment,
): { readonly given: string | undefined; readonly name: string } {
  const flag = flags[row.flag];
  if (typeof flag === 'string') return { given: flag, name: `--${row.flag}` };
  const variable = row.env.find((name) => env[name] !== undefined);
  return { given: variable === undefined ? undefined : env[variable], name: variable ?? row.flag };
}
