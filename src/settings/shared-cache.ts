/** The cache that several replicas of the gateway share. */
import { defaultCompressFrom } from '../cache/shared/codec.js';
import { parseBrokerUrl } from '../celery/transport/broker-url.js';
import type { RedisAddress } from '../celery/transport/redis-address.js';
import { ConfigError } from '../errors.js';
import { nonEmpty, seconds } from './parsers.js';
import { setting } from './setting.js';

/** No larger value is shared. */
const maxCompressFrom = 16 * 1024 * 1024;

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
  cacheRedisCompression: setting(
    'cache-redis-compression',
    'CACHE_REDIS_COMPRESSION',
    bytesOrOff,
    defaultCompressFrom,
    String(defaultCompressFrom),
    'bytes from which on a value there is compressed, or `off`',
  ),
} as const;

function parseCacheUrl(text: string): RedisAddress {
  const address = parseBrokerUrl(text);
  if (address.scheme !== 'redis') throw new ConfigError('must be the address of a Redis');
  return address;
}

/** Infinity is never reached. */
function bytesOrOff(text: string): number {
  const bytes = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
  if (bytes <= maxCompressFrom) return bytes;
  if (text === 'off') return Infinity;
  throw new ConfigError(`must be a whole number from 0 to ${maxCompressFrom}, or off`);
}
