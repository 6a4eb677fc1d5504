import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import type { MetricsCacheOptions } from '../../../src/cache/cache-options.js';

/** A load whose end the test decides. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject, load: () => promise };
}

/** A small cache with a clock of its own, which begins where a fake one catches most: at 0. */
export function cacheWorld<V = unknown>(options: Partial<MetricsCacheOptions<V>> = {}) {
  const clock = { now: 0 };
  const cache = new MetricsCache<V>({
    name: 'test',
    ttl: 1_000,
    maxSize: 3,
    clock: () => clock.now,
    ...options,
  });
  return { cache, clock };
}

/** Lets everything run that waits for nothing but earlier promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
