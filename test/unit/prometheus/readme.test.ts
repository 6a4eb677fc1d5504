import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import { cacheCounters } from '../../../src/prometheus/cache-families.js';
import { prefix, series } from '../../../src/prometheus/series.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

it('has every series in the README, a row each', () => {
  const cells = readme.split('\n').map((line) => line.replaceAll(/ *\| */g, '|'));
  const wanted = Object.entries(series).map(
    ([name, { type, labels, help }]) =>
      `|\`${prefix}${name}\`|${type}|${labels.map((label) => `\`${label}\``).join(' ')}|${help}|`,
  );
  expect(wanted.filter((row) => !cells.includes(row))).toEqual([]);
});

it('names the counters of the caches as the README says', () => {
  const stats = new MetricsCache({ name: 'test', ttl: 1, maxSize: 1 }).getStats();
  const names = cacheCounters(stats).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['celeryql_cache_hits_total', 'celeryql_cache_stale_hits_total']),
  );
  expect(names).toHaveLength(new Set(names).size);
  expect(names.filter((name) => Object.hasOwn(series, name.slice(prefix.length)))).toEqual([]);
});
