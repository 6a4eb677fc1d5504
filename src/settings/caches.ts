/** The same settings for each cache. */
import { cacheDefaults, cacheNames } from '../cache/cache-defaults.js';
import type { CacheName, CacheOverrides } from '../cache/cache-defaults.js';
import { boolean, fraction, seconds, wholeNumber } from './parsers.js';
import { setting } from './setting.js';
import type { Setting } from './setting.js';

/** Rows for each cache; their values are gathered under `caches`. */
export const cacheSettings: readonly (Setting<number | boolean> & {
  cache: CacheName;
  option: keyof CacheOverrides;
})[] = cacheNames.flatMap((cache) => {
  const defaults = cacheDefaults[cache];
  const flag = `cache-${cache.replaceAll('_', '-')}`;
  const env = `CACHE_${cache.toUpperCase()}`;
  const row = (
    option: keyof typeof defaults,
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
  const push = setting(
    `${flag}-push-invalidation`,
    `${env}_PUSH_INVALIDATION`,
    boolean,
    false,
    'false',
    `${cache}: whether events of the cluster drop the answers that they make wrong: true or false`,
  );
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
    row(
      'adaptiveTtl',
      'ADAPTIVE_TTL',
      fraction(0, 0.5),
      1,
      `${cache}: fraction of answers that may be out of date, from which each key's TTL follows; 0 is off`,
    ),
    row(
      'refreshAhead',
      'REFRESH_AHEAD',
      fraction(0, 0.95),
      1,
      `${cache}: fraction of its TTL, such as 0.8, at which an answer that is being read is loaded anew; 0 is off`,
    ),
    row(
      'predictive',
      'PREDICTIVE',
      wholeNumber(0, 10),
      1,
      `${cache}: loads just before a regular reader is expected, until so many, such as 2, have stayed away; 0 is off`,
    ),
    // Whether the gateway is well, no event tells.
    ...(cache === 'health_check' ? [] : [{ ...push, cache, option: 'pushInvalidation' as const }]),
  ];
});
