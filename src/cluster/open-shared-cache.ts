/** Opens what replicas of the gateway share: one store for the process, and in it a place for each cluster. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { SharedCache } from '../cache/shared/shared-cache.js';
import { SharedStore } from '../cache/shared/shared-store.js';
import { numberText, numberToken } from '../celery/python/python-json.js';
import type { Config } from '../config/config.js';
import type { Logger } from '../log.js';
import { SharedRedis } from './shared-redis.js';
import { version } from '../version.js';

/** To be started when its clusters are there; null where none is configured. */
export function openSharedStore(config: Config, log: Logger): SharedStore | null {
  const { cacheRedis, cacheRedisPrefix, cacheRedisTimeout, cacheLockTime, cacheRedisCompression } =
    config;
  if (cacheRedis === null) return null;
  return new SharedStore({
    port: new SharedRedis(cacheRedis, log),
    prefix: cacheRedisPrefix,
    replica: { hostname: hostname(), startedAt: Date.now() },
    commandTimeout: cacheRedisTimeout,
    lockTime: cacheLockTime,
    codec: {
      compressFrom: cacheRedisCompression,
      // Numbers that are kept as text carry a mark of this process: no other would know them by it.
      texts: { toWire: numberToken, fromWire: numberText },
    },
  });
}

/**
 * Replicas share what they would answer alike: of the same broker and version, under the same settings. The embedded
 * cluster is each process's own.
 *
 * @param broker its address without credentials
 */
export function sharedCacheOf(
  store: SharedStore | null,
  { name, broker, config }: { name: string; broker: string; config: Config },
): SharedCache | null {
  if (store === null || config.broker === null) return null;
  const { queues, inspectTimeout, globalKeyprefix, sep, prioritySteps, amqpPeek } = config;
  const { fanoutPatterns, unackedKey, unackedIndexKey, visibilityTimeout } = config;
  const { masterName, fanoutPrefix, controlExchange, redact, redactKeys, redactPatterns } = config;
  const alike = [
    ...[version, broker, queues, inspectTimeout, globalKeyprefix, sep, prioritySteps, amqpPeek],
    ...[masterName, fanoutPrefix, controlExchange], // Sentinels know many masters, their address names none
    ...[fanoutPatterns, unackedKey, unackedIndexKey, visibilityTimeout],
    ...[redact, redactKeys, redactPatterns.map(String)],
  ];
  const print = createHash('sha256').update(JSON.stringify(alike)).digest('hex').slice(0, 12);
  return new SharedCache(`${name}-${print}`, store);
}
