/** The transports that there are: a scheme of a broker URL leads to the one that speaks it. */
import type { Logger } from '../../log.js';
import type { Redaction } from '../redaction/redactor.js';
import { RedisResultBackend } from '../results/results.js';
import { AmqpTransport } from './amqp/amqp.js';
import type { AmqpOptions } from './amqp/amqp-names.js';
import type { BrokerAddress } from './address/broker-url.js';
import type { RedisAddress } from './address/redis-address.js';
import { RedisTransport } from './redis/redis.js';
import type { RedisOptions } from './redis/redis-names.js';
import type { ResultBackend, Transport } from './transport.js';

type TransportOptions = RedisOptions & AmqpOptions;

type ResultBackendFactory = (
  address: RedisAddress,
  keyprefix: string,
  log: Logger,
  redaction: Redaction,
) => ResultBackend;
type Scheme = BrokerAddress['scheme'];
type AddressOf<S extends Scheme> = Extract<BrokerAddress, { scheme: S }>;

const transports: {
  readonly [S in Scheme]: (address: AddressOf<S>, options: TransportOptions, log: Logger) => Transport;
} = {
  redis: (address, options, log) => new RedisTransport(address, options, log),
  amqp: (address, options, log) => new AmqpTransport(address, options, log),
};

/** Those that can be read. */
export const resultBackends: Readonly<Record<RedisAddress['scheme'], ResultBackendFactory>> = {
  redis: (address, keyprefix, log, redaction) =>
    new RedisResultBackend(address, keyprefix, log, redaction),
};

export function createTransport<S extends Scheme>(
  address: AddressOf<S>,
  options: TransportOptions,
  log: Logger,
): Transport {
  const { scheme }: { readonly scheme: S } = address;
  return transports[scheme](address, options, log);
}
