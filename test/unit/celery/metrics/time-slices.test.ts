import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeSlices, type Mergeable } from '../../../../src/celery/metrics/time-slices.js';

/** Remembers the times that fell into it. */
class Times implements Mergeable<Times> {
  readonly all: number[] = [];

  merge(other: Times): void {
    this.all.push(...other.all);
  }
}

const start = 1_795_000_000_000;
const day = 86_400_000;

function createSlices() {
  const clock = { now: start };
  const slices = new TimeSlices({
    ...{ shortest: 100, resolution: 64, longest: day },
    create: () => new Times(),
    clock: () => clock.now,
  });
  const add = (time: number): void => void slices.at(time)?.all.push(time);
  const since = (time: number): number[] =>
    [...slices.since(time)].flatMap(({ all }) => all).toSorted((a, b) => a - b);
  return { clock, slices, add, since };
}

describe('TimeSlices', () => {
  it('returns what happened since a time', () => {
    const { clock, add, since } = createSlices();
    for (let second = 0; second < 10; second++) {
      clock.now = start + second * 1_000;
      add(clock.now);
    }
    expect(since(start + 7_000)).toEqual([start + 7_000, start + 8_000, start + 9_000]);
    expect(since(start + 9_500)).toEqual([]);
    expect(since(0)).toHaveLength(10);
  });

  it('misses nothing and adds nothing but at the edge, which is off by 1/128 of the window or 50 ms', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4_000_000 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1_000, max: day }),
        (steps, window) => {
          const { clock, add, since } = createSlices();
          const times: number[] = [];
          for (const step of steps) {
            clock.now += step;
            times.push(clock.now);
            add(clock.now);
          }
          const edge = clock.now - window;
          const tolerance = Math.max(50, window / 128) + 1;
          const returned = since(edge);
          const surely = times.filter((time) => time >= edge + tolerance);
          expect(returned).toEqual(expect.arrayContaining(surely));
          expect(returned.every((time) => time >= edge - tolerance)).toBe(true);
          expect(new Set(returned).size).toBe(
            new Set(times.filter((time) => returned.includes(time))).size,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('counts what is reported late at the time when it happened', () => {
    const { clock, add, since } = createSlices();
    clock.now = start + 3_600_000;
    add(start);
    expect(since(clock.now - 3_000_000)).toEqual([]);
    expect(since(clock.now - 4_000_000)).toEqual([start]);
  });

  it('finds the slice of a time again when it has grown old', () => {
    const { clock, slices, add } = createSlices();
    add(start);
    for (const hours of [0.01, 1, 5, 23]) {
      clock.now = start + hours * 3_600_000;
      expect(slices.find(start)?.all).toEqual([start]);
    }
  });

  it('forgets what is longer ago than its whole length', () => {
    const { clock, slices, add, since } = createSlices();
    add(start);
    clock.now = start + day * 1.1;
    expect(since(0)).toEqual([]);
    expect(slices.find(start)).toBeNull();
    expect(slices.at(start)).toBeNull();
  });

  it('keeps the slices few, though something happens all the time', () => {
    const { clock, slices, add } = createSlices();
    let most = 0;
    for (; clock.now < start + 2 * day; clock.now += 20_000) {
      add(clock.now);
      most = Math.max(most, slices.size);
    }
    for (; clock.now < start + 2 * day + 60_000; clock.now += 10) add(clock.now);
    expect(Math.max(most, slices.size)).toBeLessThanOrEqual(600);
  });

  it('keeps apart no more than a minute of the future', () => {
    const { slices, add, since } = createSlices();
    for (let ahead = 0; ahead < 3_600_000; ahead += 50) add(start + ahead);
    expect(slices.size).toBeLessThanOrEqual(601);
    expect(since(start)).toHaveLength(72_000);
  });

  it('goes on when the clock is set back', () => {
    const { clock, add, since } = createSlices();
    clock.now = start + 60_000;
    add(clock.now);
    clock.now = start + 30_000;
    add(clock.now);
    expect(since(start + 29_000)).toEqual([start + 30_000, start + 60_000]);
  });
});
