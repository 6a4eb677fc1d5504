/** Parameters of the REST routes, in the query of the URL. Each has two spellings: `use_cache` and `useCache`. */
import { cacheNames } from '../../cache/cache-defaults.js';
import type { CacheName } from '../../cache/cache-defaults.js';
import { longestWindow } from '../../celery/metrics/task-metrics.js';
import { cutMessage } from '../../cut-message.js';
import { BadUserInputError } from '../../errors.js';
import type { CacheName as CacheNameEnum } from '../../generated/operations.js';
import { parseBoolean } from '../use-cache-parameter.js';
import type { JsonSchema } from './json-schema.js';
import { snakeName } from './snake-case.js';

export interface RestParameter<Variables = Record<string, unknown>> {
  readonly description: string;
  readonly schema: JsonSchema;
  /**
   * The variables of the operation that a value sets.
   * @throws BadUserInputError for a value that is not accepted
   */
  readonly read: (text: string) => Variables;
}

/** By name, in snake_case. */
export type RestParameters<Variables = Record<string, unknown>> = Readonly<
  Record<string, RestParameter<Variables>>
>;

export const cluster: RestParameter<{ cluster: string }> = {
  description: 'Name of the cluster; the first one by default.',
  schema: { type: 'string' },
  read: (text) => ({ cluster: text }),
};

/** The bypass itself is set in use-cache-status.ts, for REST and GraphQL alike. */
export const useCache: RestParameter<object> = {
  description:
    'Whether the answer may come from a cache; false asks the cluster. `1`, `yes`, `on`, `0`, `no` and `off` are accepted, too.',
  schema: { type: 'boolean', default: true },
  read: (text) => {
    if (parseBoolean(text) === null) throw new BadUserInputError('use_cache must be true or false');
    return {};
  },
};

/** What the route leaves out unless it is asked for: both commands can break a worker. */
const included = ['reserved', 'scheduled'] as const;

export const include: RestParameter<Partial<Record<(typeof included)[number], boolean>>> = {
  description:
    'What to ask the workers for beside their active tasks, joined by commas. Both can break a worker: see `Worker.reservedTasks` in the GraphQL schema.',
  schema: { type: 'array', items: { type: 'string', enum: included } },
  read: (text) => {
    const names = new Set(text.split(',').filter((name) => name !== ''));
    const known = included.filter((name) => names.delete(name));
    if (names.size > 0)
      throw new BadUserInputError(`include must be a list of ${included.join(', ')}, joined by commas`);
    return Object.fromEntries(known.map((name) => [name, true]));
  },
};

export const windowSeconds: RestParameter<{ windowSeconds: number }> = {
  description: 'How far to look back, in seconds.',
  schema: { type: 'integer', minimum: 1, maximum: longestWindow, default: 300 },
  read: (text) => {
    if (!/^\d{1,9}$/.test(text))
      throw new BadUserInputError('window_seconds must be a whole number of seconds');
    return { windowSeconds: Number(text) };
  },
};

export const cacheName: RestParameter<{ name: CacheNameEnum }> = {
  description: 'Name of the only cache to invalidate; all caches by default.',
  schema: { type: 'string', enum: cacheNames },
  read: (text) => {
    const name = text.toLowerCase();
    if (!isCacheName(name))
      throw new BadUserInputError(`cache_name must be one of ${cacheNames.join(', ')}`);
    return { name: name.toUpperCase() as CacheNameEnum }; // the enum's values are the names in upper case
  },
};

export const keyPrefix: RestParameter<{ keyPrefix: string }> = {
  description: 'Invalidates only the entries whose key starts with this text.',
  schema: { type: 'string' },
  read: (text) => ({ keyPrefix: text }),
};

function isCacheName(name: string): name is CacheName {
  return cacheNames.some((known) => known === name);
}

/**
 * The variables that a query sets.
 * @throws BadUserInputError for a parameter that is unknown, repeated or malformed
 */
export function readParameters(
  parameters: RestParameters,
  query: URLSearchParams,
): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const [spelled, text] of query) {
    const name = snakeName(spelled);
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!parameter) throw new BadUserInputError(unknown(spelled, Object.keys(parameters)));
    if (seen.has(name)) throw new BadUserInputError(`The parameter ${name} is given more than once`);
    seen.add(name);
    Object.assign(variables, parameter.read(text));
  }
  return variables;
}

function unknown(spelled: string, known: readonly string[]): string {
  const takes = known.length > 0 ? `this route takes ${known.join(', ')}` : 'this route takes none';
  return cutMessage(`There is no parameter ${spelled}: ${takes}`);
}
