import type { Scheduler } from 'fast-check';
import { expect } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import { PrefetchSchedule } from '../../../src/cache/policies/prefetch-schedule.js';

export interface Seen {
  /** Which state of the world the load saw. */
  readonly state: number;
  readonly endedAt: number;
}

export interface WorldSettings {
  readonly maxSize: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly negativeTtl: number;
  readonly refreshAhead: number;
  readonly predictive: number;
}

class LoadError extends Error {
  readonly epoch: number;

  constructor(epoch: number) {
    super('the load failed');
    this.epoch = epoch;
  }
}

const ttl = 4;

/**
 * A world that changes while it is looked at. Every key has a state, which only grows, and an epoch, which each
 * invalidation begins anew; loads look and end when the scheduler says so, and every read checks its answer.
 */
export class DriftingWorld {
  readonly clock = { now: 0 };
  readonly cache: MetricsCache<Seen>;
  readonly reached = { lateStaleAnswers: 0, sharedBypasses: 0, answers: 0, failures: 0 };
  readonly reads: Promise<void>[] = [];
  directSets = 0;
  /** What a load itself notices cannot be thrown there: the cache would take it for a failed load. */
  readonly violations: string[] = [];
  readonly #scheduler: Scheduler;
  readonly #settings: WorldSettings;
  readonly #states = new Map<string, number>();
  readonly #epochs = new Map<string, number>();
  /** The state at the beginning of the epoch: no later read may return an earlier one. */
  readonly #floors = new Map<string, number>();
  readonly #newestHit = new Map<string, number>();
  readonly #loading = new Set<string>();
  readonly #rings = new Set<{ readonly call: () => void; readonly at: number }>();

  constructor(scheduler: Scheduler, settings: WorldSettings) {
    this.#scheduler = scheduler;
    this.#settings = settings;
    const clock = () => this.clock.now;
    const timer = (call: () => void, milliseconds: number) => {
      const ring = { call, at: clock() + milliseconds };
      this.#rings.add(ring);
      return () => this.#rings.delete(ring);
    };
    const prefetches = new PrefetchSchedule({ clock, timer, maxRunning: 1 });
    this.cache = new MetricsCache({ ...settings, name: 'test', ttl, clock, prefetches });
  }

  advance(milliseconds: number): void {
    this.clock.now += milliseconds;
    this.ring();
  }

  /** Whatever timer is due. */
  ring(): void {
    for (const ring of this.#rings)
      if (ring.at <= this.clock.now && this.#rings.delete(ring)) ring.call();
  }

  /** The world changes and the cache is not informed. */
  drift(key: string): void {
    this.#states.set(key, this.#state(key) + 1);
  }

  /** The world changes and `invalidate` informs the cache, for each key that it concerns. */
  change(keys: readonly string[], invalidate: (cache: MetricsCache<Seen>) => void): void {
    for (const key of keys) this.drift(key);
    invalidate(this.cache);
    for (const key of keys) this.#beginEpoch(key);
  }

  /** The state is set directly: any load that runs at this time is out of date. */
  set(key: string): void {
    this.cache.set(key, { state: this.#state(key), endedAt: this.clock.now });
    this.#beginEpoch(key);
    this.directSets++;
  }

  read(key: string, useCache: boolean, fails: boolean): void {
    const reading = useCache ? this.#readCached(key, fails) : this.#readPast(key, fails);
    reading.catch(() => undefined); // it is awaited with all others at the end
    this.reads.push(reading);
  }

  async #readCached(key: string, fails: boolean): Promise<void> {
    const { staleWhileRevalidate, staleIfError } = this.#settings;
    const begun = { epoch: this.#epoch(key), now: this.clock.now, floor: this.#floors.get(key) ?? 0 };
    try {
      const { value, status, age, stale } = await this.cache.read(key, () => this.#load(key, fails));
      this.reached.answers++;
      expect(value.state).toBeGreaterThanOrEqual(begun.floor);
      if (status === 'HIT') {
        expect(age).toBe(begun.now - value.endedAt);
        expect(age).toBeLessThan(ttl + staleWhileRevalidate);
        expect(value.state).toBeGreaterThanOrEqual(this.#newestHit.get(key) ?? 0);
        this.#newestHit.set(key, value.state);
      } else if (stale) {
        this.reached.lateStaleAnswers++;
        expect(this.clock.now - value.endedAt).toBe(age);
        expect(age).toBeLessThan(ttl + staleIfError);
      }
    } catch (error) {
      this.#expectOwnError(error, begun.epoch);
    }
  }

  async #readPast(key: string, fails: boolean): Promise<void> {
    const begun = { epoch: this.#epoch(key), state: this.#state(key) };
    try {
      const read = await this.cache.read(key, () => this.#load(key, fails), { useCache: false });
      this.reached.answers++;
      if (read.collapsed) this.reached.sharedBypasses++;
      expect(read).toMatchObject({ status: 'MISS', age: 0, stale: false });
      expect(read.value.state).toBeGreaterThanOrEqual(begun.state);
    } catch (error) {
      this.#expectOwnError(error, begun.epoch);
    }
  }

  #expectOwnError(error: unknown, epoch: number): void {
    if (!(error instanceof LoadError)) throw error;
    this.reached.failures++;
    expect(error.epoch).toBeGreaterThanOrEqual(epoch);
  }

  async #load(key: string, fails: boolean): Promise<Seen> {
    const epoch = this.#epoch(key);
    const load = `${key} in epoch ${epoch}`;
    if (this.#loading.has(load)) this.violations.push(`two loads of ${load}`);
    this.#loading.add(load);
    await this.#scheduler.schedule(Promise.resolve(), `look at ${key}`);
    const state = this.#state(key);
    await this.#scheduler.schedule(Promise.resolve(), `end the load of ${key}`);
    this.#loading.delete(load);
    if (fails) throw new LoadError(epoch);
    return { state, endedAt: this.clock.now };
  }

  /** The identities hold at every moment, not only at the end. */
  checkIdentities(): void {
    const stats = this.cache.getStats();
    const left = stats.evictions + stats.expirations + stats.invalidations + stats.replacements;
    expect(stats.totalRequests).toBe(stats.hits + stats.misses);
    expect(stats.sets).toBe(stats.size + left);
    const ended = stats.sets - this.directSets + stats.discarded + stats.loadFailures;
    expect(stats.loads + stats.found).toBe(ended);
    const reasons = stats.misses - stats.collapsed + stats.bypasses + stats.refreshes + stats.prefetches;
    expect(stats.loads + stats.found + stats.loadsRunning).toBeLessThanOrEqual(reasons);
    expect(stats.prefetchesUsed + stats.prefetchesWasted).toBeLessThanOrEqual(stats.prefetches);
    expect(this.violations).toEqual([]);
  }

  #beginEpoch(key: string): void {
    this.#epochs.set(key, this.#epoch(key) + 1);
    this.#floors.set(key, this.#state(key));
  }

  #state(key: string): number {
    return this.#states.get(key) ?? 0;
  }

  #epoch(key: string): number {
    return this.#epochs.get(key) ?? 0;
  }
}
