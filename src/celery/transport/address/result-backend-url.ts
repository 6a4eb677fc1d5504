/**
 * Addresses of result backends. Celery has two dozen kinds, and a cluster may bring its own; those on Redis are read,
 * all others are known to exist.
 */
import { ConfigError } from '../../../errors.js';
import { parseRedisUrls, parseSentinelUrl } from './redis-address.js';
import type { RedisAddress } from './redis-address.js';

/** Results that go to the waiting process (`rpc://`), or to a store that the gateway cannot read. */
export interface UnreadableBackend {
  readonly scheme: 'unreadable';
  /** What may be shown of it: never an address, which may hold a password. */
  readonly name: string;
}

export type ResultBackendAddress = RedisAddress | UnreadableBackend;

const parsers: ReadonlyMap<string, (text: string) => RedisAddress> = new Map([
  ['redis', (text: string) => parseRedisUrls(text, 'result backend')],
  ['rediss', (text: string) => parseRedisUrls(text, 'result backend')],
  ['sentinel', parseSentinelUrl],
  ['redis+socket', (text: string) => parseRedisUrls(text, 'result backend')],
  ['socket', (text: string) => parseRedisUrls(text, 'result backend')],
]);

/** Celery also takes the short name of a backend (`rpc`, `django-db`), or the Python path of a class. */
const shortName = /^[a-z][a-z0-9]*([-+][a-z0-9]+)*$/i;
const pythonPath = /^[a-z_]\w*(\.[a-z_]\w*)*[:.][a-z_]\w*$/i;

/**
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseResultBackendUrl(text: string): ResultBackendAddress {
  const scheme = /^([a-z][a-z0-9+._-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined)
    return parsers.get(scheme)?.(text) ?? { scheme: 'unreadable', name: `${scheme}://` };
  // Neither may be shown: it may be a password in the wrong place.
  if (shortName.test(text) || pythonPath.test(text))
    return { scheme: 'unreadable', name: knownNames.has(text) ? text : 'this backend' };
  throw new ConfigError('is not a URL such as redis://host:6379/1, nor the name of a result backend');
}

const knownNames: ReadonlySet<string> = new Set([
  ...['rpc', 'amqp', 'cache', 'database', 'db', 'disabled', 'django-cache', 'django-db', 'file'],
  ...['cassandra', 'consul', 'couchbase', 'couchdb', 'dynamodb', 'elasticsearch', 'mongodb', 'riak'],
]);
