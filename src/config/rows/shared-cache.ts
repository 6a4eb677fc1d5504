/** The cache that several replicas of the gateway share. */
import { defaultCompressFrom } from '../../cache/cache-defaults.js';
import { parseBrokerUrl } from '../../celery/transport/address/broker-url.js';
import type { RedisAddress } from '../../celery/transport/address/redis-address.js';
import { ConfigError } from '../../errors.js';
import { nonEmpty, seconds } from '../parsers.js';
import { setting } from '../setting.js';

/** No larger value is shared. */
const maxCompressFrom = 16 * 1024 * 1024;

export const sharedCacheSettings = {
  cacheRedis: setting<RedisAddress | null>({
    flag: 'cache-redis-url',
    parse: parseCacheUrl,
    default: null,
    shown: 'none',
    doc: 'Redis in which the replicas of the gateway share cached answers, such as `redis://:password@host:6379/1`',
  }),
  cacheRedisPrefix: setting({
    flag: 'cache-redis-prefix',
    parse: nonEmpty,
    default: 'celeryql:',
    doc: 'prefix of all keys and channels in this Redis',
  }),
  cacheRedisTimeout: setting({
    flag: 'cache-redis-timeout',
    parse: seconds(0.001, 10),
    default: 50,
    shown: '0.05',
    doc: 'seconds that the gateway waits for this Redis before it reads from the cluster instead',
  }),
  cacheLockTime: setting({
    flag: 'cache-lock-time',
    parse: seconds(0.1, 60),
    default: 2_000,
    shown: '2',
    doc: 'seconds after which the other replicas stop waiting for a replica that died during a load; a replica that is alive may take longer',
  }),
  cacheRedisCompression: setting({
    flag: 'cache-redis-compression',
    parse: bytesOrOff,
    default: defaultCompressFrom,
    doc: 'size in bytes from which values in this Redis are compressed, or `off`',
  }),
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
