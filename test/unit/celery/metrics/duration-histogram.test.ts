import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationHistogram, relativeError } from '../../../../src/celery/metrics/duration-histogram.js';

const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function histogramOf(values: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function nearestRank(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? NaN;
}

/** From a microsecond to a few months. */
const seconds = fc.double({ min: -6, max: 7, noNaN: true }).map((exponent) => 10 ** exponent);
const many = fc.array(seconds, { minLength: 1, maxLength: 300 });

describe('DurationHistogram', () => {
  it('has nothing to say of nothing', () => {
    expect(new DurationHistogram().distribution()).toEqual({
      ...{ count: 0, avgSeconds: null, maxSeconds: null },
      ...{ p50Seconds: null, p95Seconds: null, p99Seconds: null },
    });
  });

  it.each([
    [[7], { count: 1, avgSeconds: 7, p50: 7, p95: 7, p99: 7, maxSeconds: 7 }],
    [[1, 3], { count: 2, avgSeconds: 2, p50: 1, p95: 3, p99: 3, maxSeconds: 3 }],
    // The example of nearest rank: 15, 20, 35, 40, 50.
    [[35, 15, 50, 20, 40], { count: 5, avgSeconds: 32, p50: 35, p95: 50, p99: 50, maxSeconds: 50 }],
    [oneTo(20), { count: 20, avgSeconds: 10.5, p50: 10, p95: 19, p99: 20, maxSeconds: 20 }],
    [oneTo(1_000), { count: 1_000, avgSeconds: 500.5, p50: 500, p95: 950, p99: 990, maxSeconds: 1_000 }],
    [[0, 0, 0], { count: 3, avgSeconds: 0, p50: 0, p95: 0, p99: 0, maxSeconds: 0 }],
  ])('of %j is %j, percentiles within one percent', (values, expected) => {
    const { p50Seconds, p95Seconds, p99Seconds, ...exact } = histogramOf(values).distribution();
    const { p50, p95, p99, ...others } = expected;
    expect(exact).toEqual(others);
    expect(Math.abs((p50Seconds ?? NaN) - p50)).toBeLessThanOrEqual(p50 * relativeError);
    expect(Math.abs((p95Seconds ?? NaN) - p95)).toBeLessThanOrEqual(p95 * relativeError);
    expect(Math.abs((p99Seconds ?? NaN) - p99)).toBeLessThanOrEqual(p99 * relativeError);
  });

  it('is off by one percent of what was measured at most, however it was merged', () => {
    fc.assert(
      fc.property(fc.array(many, { minLength: 1, maxLength: 8 }), (parts) => {
        const merged = new DurationHistogram();
        for (const part of parts) merged.merge(histogramOf(part));
        const values = parts.flat();

        for (const quantile of [0, 0.01, 0.5, 0.95, 0.99, 1]) {
          const exact = nearestRank(values, quantile);
          const estimate = merged.percentile(quantile) ?? NaN;
          expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact * relativeError * (1 + 1e-9));
        }
        const { count, avgSeconds, maxSeconds } = merged.distribution();
        expect(count).toBe(values.length);
        expect(maxSeconds).toBe(Math.max(...values));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(avgSeconds).toBeCloseTo(mean, 6 - Math.ceil(Math.log10(mean + 1)));
      }),
    );
  });

  it('forgets what is taken back', () => {
    fc.assert(
      fc.property(many, many, (kept, removed) => {
        const histogram = histogramOf([...kept, ...removed]);
        for (const value of removed) histogram.remove(value);

        const expected = histogramOf(kept).distribution();
        expect(histogram.distribution()).toMatchObject({ count: kept.length });
        expect(histogram.bins).toBe(histogramOf(kept).bins);
        // The largest of what is left is known by its bin alone.
        const max = histogram.distribution().maxSeconds ?? NaN;
        const largest = expected.maxSeconds ?? NaN;
        expect(max).toBeGreaterThanOrEqual(largest);
        expect(max).toBeLessThanOrEqual(largest * (1 + 3 * relativeError));
        const p50 = nearestRank(kept, 0.5);
        const estimate = histogram.percentile(0.5) ?? NaN;
        expect(Math.abs(estimate - p50)).toBeLessThanOrEqual(p50 * relativeError * (1 + 1e-9));
      }),
    );
  });

  it('takes back nothing that was not there', () => {
    const histogram = histogramOf([1]);
    histogram.remove(500);
    expect(histogram.distribution()).toMatchObject({ count: 1, avgSeconds: 1, maxSeconds: 1 });
  });

  it('keeps the bins few for any durations', () => {
    const histogram = new DurationHistogram();
    for (let exponent = -320; exponent <= 308; exponent += 0.001) histogram.add(10 ** exponent);
    histogram.add(Infinity);
    histogram.add(-5);
    expect(histogram.bins).toBeLessThanOrEqual(1_730);
    expect(histogram.distribution()).toMatchObject({ maxSeconds: 1e9 });
  });
});
