/**
 * Reads the settings: flags win over environment variables, which win over defaults. Durations are in seconds in the
 * settings and in milliseconds in the code.
 */
import { isLoopback } from '../access/loopback.js';
import { withSentinel } from '../celery/transport/address/redis-address.js';
import { ConfigError } from '../errors.js';
import { readSettingsFile } from '../settings-file.js';
import { formerCacheNamesInUse, readCacheSettings } from './cache-settings.js';
import type { FormerNamesInUse } from './cache-settings.js';
import { withMasters } from './cluster-config.js';
import type { ClusterConfig, ValuesOf } from './cluster-config.js';
import { parseClustersFile } from './clusters-file.js';
import type { ConfiguredCluster } from './clusters-file.js';
import { parseFlags } from './flags.js';
import type { Flags } from './flags.js';
import { brokerSettings } from './rows/broker.js';
import { cacheVariables, formerCacheNames } from './rows/caches.js';
import { settings } from './settings.js';
import { shownDefault, variablesOf, withPrefix } from './setting.js';
import type { Setting } from './setting.js';
import { misspellings, refuseUnknown } from './variables.js';
import type { Environment, Misspelling } from './variables.js';

/** Names of all environment variables that are read. */
export const variables: readonly string[] = [
  ...Object.values<Setting<unknown>>(settings).flatMap(variablesOf),
  ...withPrefix(cacheVariables),
  ...formerCacheNames.map(({ variable }) => variable),
];
/** The variables that select the cluster to watch. */
const sources = [settings.broker, settings.clustersFile].flatMap(variablesOf);

export interface Config extends ValuesOf<typeof settings>, ClusterConfig {
  /** Null if there is no cluster file: the other settings describe the only cluster. */
  readonly clusters: readonly ConfiguredCluster[] | null;
}

/**
 * Flags win over the environment, which wins over defaults.
 * @throws ConfigError naming the first setting that is unknown or malformed.
 */
export function readConfig(args: readonly string[], env: Environment): Config {
  const flags = parseFlags(args);
  const caches = readCacheSettings(flags, env);
  const values = Object.entries<Setting<unknown>>(settings).map(([name, row]) => [
    name,
    valueOf(row, flags, env),
  ]);
  // Each row's parser gives the type of its own key, which Object.entries forgets.
  const own = { ...(Object.fromEntries(values) as ValuesOf<typeof settings>), caches };
  const file = own.clustersFile === '' ? null : readClustersFile(own.clustersFile, flags, env);
  refuseUnknown(env, variables, file?.variables ?? new Set());
  const clusters = file && readClusters(file.text, own, env);
  if (file === null && givenFor(settings.broker, flags, env).given === undefined)
    assertMayEmbed(own, env);
  if (own.corsCredentials && own.corsOrigins.length === 0)
    throw new ConfigError(
      'set --cors-origins to the origins whose pages may send cookies, or leave out --cors-credentials',
    );
  const cacheRedis = own.cacheRedis && withSentinel(own.cacheRedis, own);
  return Object.freeze({ ...withMasters(own), cacheRedis, clusters });
}

/** Null if no option of a cache is set under a name from before `--cache`. */
export function formerNamesInUse(args: readonly string[], env: Environment): FormerNamesInUse | null {
  return formerCacheNamesInUse(parseFlags(args), env);
}

/** Environment variables that are probably misspelled settings. */
export function misspelledSettings(env: Environment): readonly Misspelling[] {
  return misspellings(env, variables);
}

/**
 * Without a broker the gateway shows a simulated cluster, which users could take for their own.
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
      '--clusters-file to watch a real one, or set --broker embedded',
  );
}

const clustersFlag = '--clusters-file';

interface ClustersFile {
  readonly text: string;
  /** Names of the environment variables that the file refers to. */
  readonly variables: ReadonlySet<string>;
}

function readClustersFile(path: string, flags: Flags, env: Environment): ClustersFile {
  for (const row of Object.values<Setting<unknown>>(brokerSettings)) {
    const { given, name } = givenFor(row, flags, env);
    if (given !== undefined)
      throw new ConfigError(`${name} belongs to one cluster: set it in the file of ${clustersFlag}`);
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

/** Errors about the file begin with the flag. */
function ofClustersFile<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigError
      ? new ConfigError(`${clustersFlag} ${error.message}`, { cause: error.cause })
      : error;
  }
}

function valueOf<T>(row: Setting<T>, flags: Flags, env: Environment): T {
  const { given, name } = givenFor(row, flags, env);
  if (given === undefined) return row.default;
  // Such as a variable of a template that was not filled in: the operator wants another value than the default.
  if (given === '' && shownDefault(row) !== 'empty')
    throw new ConfigError(`${name} is set but empty: give it a value, or leave it out`);
  try {
    return row.parse(given);
  } catch (error) {
    throw new ConfigError(`${name} ${error instanceof Error ? error.message : 'is malformed'}`, {
      cause: error,
    });
  }
}

/** The text that was given for a setting, and the flag or variable that holds it. */
function givenFor(
  row: Setting<unknown>,
  flags: Flags,
  env: Environment,
): { readonly given: string | undefined; readonly name: string } {
  const flag = flags[row.flag];
  if (typeof flag === 'string') return { given: flag, name: `--${row.flag}` };
  const variable = variablesOf(row).find((name) => env[name] !== undefined);
  return { given: variable === undefined ? undefined : env[variable], name: variable ?? row.flag };
}
