import { expect, it } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import { cacheCounterSamples } from '../../../src/prometheus/cache-families.js';
import { prefix, series } from '../../../src/prometheus/series.js';
import { unwrapped } from '../../support/documentation.js';

it('names the counters of the caches as docs/prometheus.md says', () => {
  const stats = new MetricsCache({ name: 'test', ttl: 1, maxSize: 1 }).getStats();
  const [, hits = '', staleHits = ''] =
    /`hits` is `(\w+)`, `staleHits` is `(\w+)`/.exec(unwrapped('docs/prometheus.md')) ?? [];
  const names = cacheCounterSamples(stats).map(({ name }) => name);
  expect([hits, staleHits]).toEqual(['celeryql_cache_hits_total', 'celeryql_cache_stale_hits_total']);
  expect(names).toEqual(expect.arrayContaining([hits, staleHits]));
  expect(names).toHaveLength(new Set(names).size);
  expect(names.filter((name) => Object.hasOwn(series, name.slice(prefix.length)))).toEqual([]);
});
