/** The transports that there are: a scheme of a broker URL leads to the one that speaks it. */
import type { Logger } from '../../log.js';
import { RedisResultBackend } from '../results.js';
import type { BrokerAddress } from './broker-url.js';
import { RedisTransport } from './redis.js';
import type { RedisOptions } from './redis-names.js';
import type { ResultBackend, Transport } from './transport.js';

type TransportFactory = (address: BrokerAddress, options: RedisOptions, log: Logger) => Transport;
type ResultBackendFactory = (address: BrokerAddress, keyprefix: string, log: Logger) => ResultBackend;

export const transports: Readonly<Record<BrokerAddress['scheme'], TransportFactory>> = {
  redis: (address, options, log) => new RedisTransport(address, options, log),
};

export const resultBackends: Readonly<Record<BrokerAddress['scheme'], ResultBackendFactory>> = {
  redis: (address, keyprefix, log) => new RedisResultBackend(address, keyprefix, log),
};
