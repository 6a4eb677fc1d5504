/**
 * The features of the cache, each measured with and without. A feature has a `name`, says whether its figures are
 * `simulated` (then they are the same in every run, and a test holds docs/caching-benchmarks.md to them), and a `run(open)` that
 * gives rows; `open('cache/metrics-cache.js')` imports a module of the gateway. A figure that does not apply is null.
 */
import { adaptiveTtl } from './adaptive-ttl.mjs';
import { compression } from './compression.mjs';
import { predictive } from './predictive.mjs';
import { pushInvalidation } from './push-invalidation.mjs';
import { refreshAhead } from './refresh-ahead.mjs';
import { staleWhileRevalidate } from './stale-while-revalidate.mjs';

export const features = [
  staleWhileRevalidate,
  adaptiveTtl,
  refreshAhead,
  predictive,
  pushInvalidation,
  compression,
];

const heading =
  '| Feature | Scenario | | Loads | Readers who wait | Answers out of date | Prefetches: used / wasted | Bytes | Time |\n' +
  '|---|---|---|--:|--:|--:|--:|--:|--:|';

/** The rows of one feature as Markdown. */
export function lines(rows) {
  return rows.map((row) => {
    const { feature, scenario, variant, loads, waitingReadersPercent, outOfDatePercent } = row;
    const { prefetches, bytes, time } = row;
    const cells = [
      ...[feature, scenario, variant, whole(loads), percent(waitingReadersPercent)],
      percent(outOfDatePercent),
      prefetches ? `${whole(prefetches.used)} / ${whole(prefetches.wasted)}` : '',
      ...[whole(bytes), time ?? ''],
    ];
    return `| ${cells.join(' | ')} |`.replaceAll(/ {2,}/g, ' ');
  });
}

export function table(rows) {
  return [heading, ...lines(rows)].join('\n');
}

function whole(number) {
  return number === null ? '' : Math.round(number).toLocaleString('en-US');
}

function percent(number) {
  return number === null ? '' : `${number.toFixed(1)} %`;
}
