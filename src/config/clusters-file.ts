/**
 * The file of clusters: for each its name, its settings by the names of the flags, and who may see it. Complaints name the
 * cluster and the field, never what the field holds.
 */
import { z } from 'zod';
import { roles } from '../access/viewer.js';
import type { Visibility } from '../access/visibility.js';
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName, CacheOverrides } from '../cache/cache-defaults.js';
import { ConfigError } from '../errors.js';
import { findOption, optionParser } from './rows/caches.js';
import { clusterSettings, inheritedSettings, ownSettings, withMasters } from './cluster-config.js';
import type { ClusterConfig } from './cluster-config.js';
import { refuseAmbiguousKeys } from './json-keys.js';
import type { Setting } from './setting.js';

export interface ConfiguredCluster {
  readonly name: string;
  /** Null is everybody. */
  readonly visibleTo: Visibility | null;
  readonly config: ClusterConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

const maxClusters = 50;
const maxNames = 1_000;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const value = z.union([scalar, z.array(z.union([z.string(), z.number()]))]);
const entrySchema = z
  .object({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
    embedded: z.boolean().optional(),
    visibleTo: z
      .strictObject({
        users: z.array(z.string().min(1)).max(maxNames).default([]),
        roles: z.array(z.enum(roles)).default([]),
      })
      .optional(),
    caches: z.partialRecord(z.enum(cacheNames), z.record(z.string(), scalar)).optional(),
  })
  .catchall(value);
const fileSchema = z.strictObject({ clusters: z.array(z.unknown()).min(1).max(maxClusters) });

type Entry = z.infer<typeof entrySchema>;
type Parsed<T> = Pick<Setting<T>, 'parse'>;

/** By the flag as a name of JavaScript: `maxTaskMegabytes` of `--max-task-megabytes`. */
const rows = new Map(
  Object.entries<Setting<unknown>>(clusterSettings).map(([key, row]) => [nameOf(row), { key, row }]),
);

/**
 * @param gateway what holds for every cluster that does not say otherwise
 * @throws ConfigError that completes "<setting> ..."
 */
export function parseClustersFile(
  text: string,
  gateway: ClusterConfig,
  env: Environment,
): readonly ConfiguredCluster[] {
  const file = fileSchema.safeParse(parseJson(text));
  if (!file.success)
    throw new ConfigError(`must be an object {"clusters": [...]} of 1 to ${maxClusters} clusters`);
  const clusters = file.data.clusters.map((entry, index) => parseCluster(entry, index, gateway, env));
  const names = clusters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConfigError(`has two clusters named "${twice}"`);
  return clusters;
}

/** What Node says of bad JSON quotes it. */
function parseJson(text: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ConfigError('is not JSON');
  }
  refuseAmbiguousKeys(text);
  return parsed;
}

function parseCluster(
  given: unknown,
  index: number,
  gateway: ClusterConfig,
  env: Environment,
): ConfiguredCluster {
  const parsed = entrySchema.safeParse(given);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    const what = field === '' ? 'the entry' : `"${field}"`;
    throw new ConfigError(`has an invalid cluster (number ${index + 1}): ${what} is malformed`);
  }
  const { name, embedded = false, visibleTo, caches, ...fields } = parsed.data;
  const refuse = (what: string): never => {
    throw new ConfigError(`has an invalid cluster "${name}": ${what}`);
  };
  if (embedded === 'broker' in fields) refuse('set exactly one of "broker" and "embedded"');
  if (visibleTo && visibleTo.users.length + visibleTo.roles.length === 0)
    refuse('"visibleTo" names no user and no role');
  const read = <T>(field: string, row: Parsed<T>, raw: Entry[string]): T => {
    try {
      return row.parse(textOf(raw, env));
    } catch (error) {
      return refuse(`"${field}" ${error instanceof ConfigError ? error.message : 'is malformed'}`);
    }
  };
  const own: [string, unknown][] = Object.entries(fields).map(([field, raw]) => {
    const known = rows.get(field) ?? refuse(`unknown field ${shown(field)}`);
    return [known.key, read(field, known.row, raw)];
  });
  const defaults = Object.entries<Setting<unknown>>(ownSettings).map(([key, row]) => [key, row.default]);
  const inherited = Object.keys(inheritedSettings).map((key) => [
    key,
    gateway[key as keyof ClusterConfig],
  ]);
  // Each row's parser gives the type of its own key, which Object.entries forgets.
  const values = Object.fromEntries([...defaults, ...inherited, ...own]) as ClusterConfig;
  const config = withMasters({
    ...values,
    caches: withCaches(gateway.caches, caches ?? {}, read, refuse),
  });
  return { name, visibleTo: visibleTo ?? null, config };
}

function withCaches(
  gateway: ClusterConfig['caches'],
  given: NonNullable<Entry['caches']>,
  read: (
    field: string,
    row: Parsed<number | boolean>,
    raw: string | number | boolean,
  ) => number | boolean,
  refuse: (what: string) => never,
): ClusterConfig['caches'] {
  const caches: Partial<Record<CacheName, CacheOverrides>> = { ...gateway };
  for (const cache of cacheNames) {
    for (const [option, raw] of Object.entries(given[cache] ?? {})) {
      const known =
        findOption(cache, option) ?? refuse(`"caches.${cache}" has an unknown option ${shown(option)}`);
      const value = read(`caches.${cache}.${option}`, { parse: optionParser(known) }, raw);
      caches[cache] = { ...caches[cache], [known]: value };
    }
  }
  return caches;
}

/** As it is written on a command line. */
function textOf(raw: unknown, env: Environment): string {
  if (!Array.isArray(raw)) return withVariables(String(raw), env);
  const items = raw.map((item) => withVariables(String(item), env));
  if (items.some((item) => item.includes(','))) throw new ConfigError('has an item with a comma in it');
  return items.join(',');
}

/** `${NAME}` stands for the variable, as it is: a password within a URL must be percent-encoded there. */
function withVariables(text: string, env: Environment): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const isName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name) && Object.hasOwn(env, name);
    const variable = isName ? env[name] : undefined;
    if (variable === undefined || variable === '')
      throw new ConfigError('needs an environment variable that is not set');
    return variable;
  });
}

function nameOf({ flag }: Setting<unknown>): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name of a field, if it can be one: a secret that got there by mistake is not repeated. */
function shown(name: string): string {
  return /^[A-Za-z_]{1,40}$/.test(name)
    ? `"${name}"`
    : '(its name is not shown: it cannot be the name of a setting)';
}
