/** One replica's caches over a shared Redis, in the process of the test. */
import { CacheRegistry } from '../../src/cache/cache-registry.js';
import type { SharedStoreOptions } from '../../src/cache/shared/shared-store.js';
import { SharedStore } from '../../src/cache/shared/shared-store.js';
import { SharedCache } from '../../src/cache/shared/shared-cache.js';
import { parseRedisUrl } from '../../src/celery/transport/address/redis-address.js';
import { silentLogger } from '../../src/log.js';
import { SharedRedis } from '../../src/cluster/shared-redis.js';
import { eventually } from './eventually.js';

export interface Replica extends Disposable {
  readonly store: SharedStore;
  readonly shared: SharedCache;
  readonly caches: CacheRegistry;
}

export type ReplicaOptions = Partial<Omit<SharedStoreOptions, 'replica'>> & {
  readonly url: string;
  readonly id: string;
  readonly cluster?: string;
};

/** Resolves when it reads and listens. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const replica = openReplica(options);
  await eventually(() => {
    if (replica.shared.stats.status !== 'OK') throw new Error(replica.shared.stats.message);
  });
  return replica;
}

export function openReplica({ url, id, cluster = 'default', ...options }: ReplicaOptions): Replica {
  const store = new SharedStore({
    port: new SharedRedis(parseRedisUrl(url), silentLogger),
    prefix: 'test:',
    replica: { id, hostname: `host-${id}`, startedAt: 1_000 },
    commandTimeout: 1_000,
    lockTime: 2_000,
    ...options,
  });
  const shared = new SharedCache(cluster, store);
  const caches = new CacheRegistry({ shared });
  store.start();
  return {
    ...{ store, shared, caches },
    [Symbol.dispose]: () => {
      caches[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}
