import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What a promise has come to once everything due has run; undefined while it is pending. */
async function soFar<T>(promise: Promise<T>): Promise<T | undefined> {
  let result: T | undefined;
  void promise.then((value) => (result = value));
  await vi.advanceTimersByTimeAsync(0);
  return result;
}

const end = { done: true, value: undefined };

describe('CacheRegistry.watch', () => {
  it('reports at once, then is silent until something changes', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ names: ['task_status'], intervalMs: 1_000 });
    expect((await watch.next()).value).toMatchObject({ caches: [{ name: 'task_status', misses: 0 }] });

    const next = watch.next();
    caches.get('worker_status').get('a'); // not watched
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await soFar(next)).toBeUndefined();
    caches.get('task_status').get('a');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await soFar(next)).toMatchObject({ done: false, value: { caches: [{ misses: 1 }] } });
  });

  it('takes an expiry for a change, even without reads', async () => {
    using caches = new CacheRegistry();
    caches.get('task_status').set('a', 1);
    const watch = caches.watch({ intervalMs: 500 });
    expect((await watch.next()).value).toMatchObject({ caches: [{ size: 1 }, {}, {}, {}, {}] });

    const next = watch.next();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await soFar(next)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(await soFar(next)).toMatchObject({
      value: { caches: [{ size: 0, expirations: 1 }, {}, {}, {}, {}] },
    });
  });

  it('reports at most once per interval, with any number of changes', async () => {
    using caches = new CacheRegistry();
    const cache = caches.get('task_status');
    const seen: number[] = [];
    const reading = (async () => {
      for await (const report of caches.watch({ names: ['task_status'], intervalMs: 1_000 })) {
        seen.push(report.summary.totalMisses);
      }
    })();
    for (let i = 0; i < 35; i++) {
      await vi.advanceTimersByTimeAsync(100);
      cache.get('a');
    }
    expect(seen).toEqual([0, 9, 19, 29]);
    caches[Symbol.dispose]();
    await reading;
  });

  it('gives a slow reader the latest at once, and nothing of what it missed', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ names: ['task_status'], intervalMs: 1_000 });
    await watch.next();
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(1_000);
      caches.get('task_status').get('a');
    }
    expect(await soFar(watch.next())).toMatchObject({ value: { summary: { totalMisses: 5 } } });
    const next = watch.next();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await soFar(next)).toBeUndefined();
  });

  it('answers several waiting nexts in their order', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ names: ['task_status'], intervalMs: 100 });
    const [first, second] = [watch.next(), watch.next()];
    expect(await soFar(first)).toMatchObject({ done: false });
    expect(await soFar(second)).toBeUndefined();
    await watch.return?.();
    expect(await second).toEqual(end);
  });

  it('ends at its return, even while a next is waiting', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ intervalMs: 1_000 });
    await watch.next();
    const next = watch.next();
    const returned = watch.return?.();

    expect(await soFar(next)).toEqual(end);
    expect(await returned).toEqual(end);
    expect(await watch.next()).toEqual(end);
    expect(vi.getTimerCount()).toBe(1); // the sweep
  });

  it('ends at its return before it was ever read', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ intervalMs: 1_000 });
    expect(await watch.return?.()).toEqual(end);
    expect(await watch.next()).toEqual(end);
  });

  it('ends when it is aborted, whether a next waits, comes later, or comes too late', async () => {
    using caches = new CacheRegistry();
    const abort = new AbortController();
    const waiting = caches.watch({ intervalMs: 1_000, signal: abort.signal });
    const idle = caches.watch({ intervalMs: 1_000, signal: abort.signal });
    await waiting.next();
    await idle.next();
    const next = waiting.next();
    abort.abort();

    expect(await soFar(next)).toEqual(end);
    expect(await idle.next()).toEqual(end);
    expect(await caches.watch({ intervalMs: 1_000, signal: abort.signal }).next()).toEqual(end);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('ends when the registry is disposed, and leaves no timer', async () => {
    const caches = new CacheRegistry();
    const watches = Array.from({ length: 50 }, () => caches.watch({ intervalMs: 1_000 }));
    const warned = vi.spyOn(process, 'emitWarning');
    await Promise.all(watches.map((watch) => watch.next()));
    const nexts = watches.map((watch) => watch.next());
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(51);
    caches[Symbol.dispose]();

    expect(await Promise.all(nexts)).toEqual(watches.map(() => end));
    expect(vi.getTimerCount()).toBe(0);
    expect(warned).not.toHaveBeenCalled();
  });

  it('holds no timer while no client waits for a report', async () => {
    using caches = new CacheRegistry();
    const watch = caches.watch({ intervalMs: 1_000 });
    await watch.next();
    expect(vi.getTimerCount()).toBe(1);
  });

  it.each([0, -1, NaN, Infinity, 2 ** 31])('refuses an interval of %s ms', (intervalMs) => {
    using caches = new CacheRegistry();
    expect(() => caches.watch({ intervalMs })).toThrow(RangeError);
  });
});
