/** Addresses of brokers: the scheme says whose address it is. */
import { ConfigError } from '../../../errors.js';
import { parseRedisUrls, parseSentinelUrl } from './redis-address.js';
import { amqpSchemes, parseAmqpUrl } from './amqp-address.js';
import type { AmqpAddress } from './amqp-address.js';
import type { RedisAddress } from './redis-address.js';

export type BrokerAddress = RedisAddress | AmqpAddress;

const parsers = new Map<string, (text: string) => BrokerAddress>([
  ['redis', (text: string) => parseRedisUrls(text)],
  ['rediss', (text: string) => parseRedisUrls(text)],
  ['sentinel', parseSentinelUrl],
  ['redis+socket', (text: string) => parseRedisUrls(text)],
  ...amqpSchemes.map((scheme) => [scheme, parseAmqpUrl] as const),
]);

/**
 * @throws ConfigError that says what is wrong without repeating the text, which may hold a password.
 */
export function parseBrokerUrl(text: string): BrokerAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new ConfigError('is not a URL such as redis://host:6379/0');
  const parse = parsers.get(scheme);
  if (parse === undefined)
    throw new ConfigError(
      `has scheme ${scheme}://, but only ${[...parsers.keys()].map((known) => `${known}://`).join(', ')} can be watched`,
    );
  return parse(text);
}
