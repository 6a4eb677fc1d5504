/** What is set for each cluster: where it is, how it is watched, and which commands it may be sent. */
import type { CacheName, CacheOverrides } from '../cache/cache-defaults.js';
import { withSentinel } from '../celery/transport/address/redis-address.js';
import { brokerSettings } from './rows/broker.js';
import { controlSettings } from './rows/control.js';
import type { Setting } from './setting.js';
import { watchSettings } from './rows/watch.js';

/** Of one cluster alone: nothing of it is taken over by another. */
export const ownSettings = brokerSettings;
/** What a cluster does not say is as the gateway's own settings say. */
export const inheritedSettings = { ...watchSettings, ...controlSettings } as const;
export const clusterSettings = { ...ownSettings, ...inheritedSettings } as const;

/** Of the values that rows have. */
export type ValuesOf<Rows> = {
  readonly [K in keyof Rows]: Rows[K] extends Setting<infer T> ? T : never;
};

export interface ClusterConfig extends ValuesOf<typeof clusterSettings> {
  readonly caches: Readonly<Partial<Record<CacheName, CacheOverrides>>>;
}

type Masters = ValuesOf<typeof brokerSettings>;

/** Sentinels are asked for a master by its name, which no URL holds. */
export function withMasters<T extends Masters>(values: T): T {
  const { broker, resultBackend, masterName, resultMasterName } = values;
  const ofResults = { ...values, masterName: resultMasterName || masterName };
  return {
    ...values,
    broker: broker?.scheme === 'redis' ? withSentinel(broker, values) : broker,
    resultBackend:
      resultBackend?.scheme === 'redis' ? withSentinel(resultBackend, ofResults) : resultBackend,
  };
}
