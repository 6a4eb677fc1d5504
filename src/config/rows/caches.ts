/** The options that each cache has, and the names under which they are set. */
import {
  cacheDefaults,
  cacheNames,
  cacheOptionNames,
  cacheOptions,
} from '../../cache/cache-defaults.js';
import type { CacheName, CacheOptionName, CacheOptionRow } from '../../cache/cache-defaults.js';
import { boolean, fraction, seconds, wholeNumber } from '../parsers.js';

export { cacheOptionNames, cacheOptions } from '../../cache/cache-defaults.js';

/** One flag for all caches; it may be repeated. */
export const cacheFlag = 'cache';

const parsers = {
  seconds,
  count: wholeNumber,
  fraction,
  boolean: () => boolean,
} as const;

/** The parser throws a ConfigError that completes "<option> ...". */
export function optionParser(name: CacheOptionName): (text: string) => number | boolean {
  const { kind, from = 0, to = 0 }: CacheOptionRow = cacheOptions[name];
  return parsers[kind](from, to);
}

export const cacheVariables: readonly string[] = cacheNames.map(cacheVariable);

/** No event says that the health of the gateway has changed. */
export function optionsOf(cache: CacheName): readonly CacheOptionName[] {
  return cacheOptionNames.filter((option) => cache !== 'health_check' || option !== 'pushInvalidation');
}

export function defaultOf(cache: CacheName, option: CacheOptionName): number | boolean {
  return cacheDefaults[cache][option];
}

/** Null if the cache has no such option. */
export function findOption(cache: CacheName, name: string): CacheOptionName | null {
  return optionsOf(cache).find((option) => option === name) ?? null;
}

/** Such as `CACHE_WORKER_STATUS`, which holds options such as `ttl=5,maxSize=200`. */
export function cacheVariable(cache: CacheName): string {
  return `CACHE_${cache.toUpperCase()}`;
}

/** As operators write it: one value, or one for each cache where they differ. */
export function shownCacheDefault(option: CacheOptionName): string {
  const caches = cacheNames.filter((cache) => optionsOf(cache).includes(option));
  const values = caches.map((cache) => {
    const value = defaultOf(cache, option);
    // 1 in a text is 1,000 in the code where it stands for seconds.
    const unit = cacheOptions[option].kind === 'seconds' ? 1_000 : 1;
    return String(typeof value === 'number' ? value / unit : value);
  });
  const [first = ''] = values;
  if (values.every((value) => value === first)) return first;
  return caches.map((cache, at) => `${cache} ${values[at] ?? ''}`).join(', ');
}

/** One flag and one variable for each option of each cache, from before `--cache`: read, and not in `--help`. */
export interface FormerCacheNames {
  readonly cache: CacheName;
  readonly option: CacheOptionName;
  /** Such as `cache-worker-status-max-size`. */
  readonly flag: string;
  /** Such as `CACHE_WORKER_STATUS_MAX_SIZE`. */
  readonly variable: string;
}

export const formerCacheNames: readonly FormerCacheNames[] = cacheNames.flatMap((cache) =>
  optionsOf(cache).map((option) => {
    const words = option.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const variable = `${cacheVariable(cache)}_${words}`;
    return { cache, option, variable, flag: variable.replaceAll('_', '-').toLowerCase() };
  }),
);
