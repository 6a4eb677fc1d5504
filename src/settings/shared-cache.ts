/** The cache that several replicas of the gateway share. */
import { parseBrokerUrl } from '../celery/transport/broker-url.js';
import type { RedisAddress } from '../celery/transport/redis-address.js';
import { ConfigError } from '../errors.js';
import { nonEmpty, seconds } from './parsers.js';
import { setting } from './setting.js';

export const sharedCacheSettings = {
  cacheRedis: setting<RedisAddress | null>(
    'cache-redis-url',
    'CACHE_REDIS_URL',
    parseCacheUrl,
    null,
    'none',
    'Redis that replicas of the gateway share their cached answers in, such as `redis://:password@host:6379/1`',
  ),
  cacheRedisPrefix: setting(
    'cache-redis-prefix',
    'CACHE_REDIS_PREFIX',
    nonEmpty,
    'celeryql:',
    'celeryql:',
    'what its keys and channels there begin with',
  ),
  cacheRedisTimeout: setting(
    'cache-redis-timeout',
    'CACHE_REDIS_TIMEOUT',
    seconds(0.001, 10),
    50,
    '0.05',
    'seconds that it has to answer, before the cluster is asked instead',
  ),
  cacheLockTime: setting(
    'cache-lock-time',
    'CACHE_LOCK_TIME',
    seconds(0.1, 60),
    2_000,
    '2',
    'seconds that replicas wait for one that died while it was loading for all; one that lives may take longer',
  ),
} as const;

function parseCacheUrl(text: string): RedisAddress {
  const address = parseBrokerUrl(text);
  if (address.scheme !== 'redis') throw new ConfigError('must be the address of a Redis');
  return address;
}
