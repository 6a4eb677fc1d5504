/**
 * Asks Sentinels where the master is, each time anew, and connects to that. Counterpart of
 * `redis.sentinel.SentinelManagedConnection`.
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Redis, RedisOptions } from 'ioredis';
import { z } from 'zod';
import { errorMessage } from '../../../error-message.js';
import { describeHost } from '../address/redis-address.js';
import type { HostAndPort, SentinelPlace } from '../address/redis-address.js';
import { RedisClient } from './redis-client.js';
import { RedisConnector, SocketConnector } from './redis-connector.js';
import { isRefusal } from './redis-errors.js';

export interface SentinelOptions {
  readonly place: SentinelPlace;
  /** TLS of the master, and of the Sentinels if they use it too. */
  readonly tls: ConnectionOptions | null;
  /** Milliseconds that each Sentinel has to accept, and again to answer. */
  readonly timeout: number;
  /** Milliseconds from one round of all Sentinels to the next. */
  readonly pause: number;
  /** Ends the search. */
  readonly signal: AbortSignal;
}

const masterAddress = z.tuple([z.string().min(1), z.coerce.number().int().min(1).max(65_535)]);

type ConnectorClass = NonNullable<RedisOptions['Connector']>;

/** For ioredis's option `Connector`: its own Sentinel support takes the end of its list for an outage. */
export function sentinelConnector(options: SentinelOptions): ConnectorClass {
  return class extends SocketConnector {
    override async connect(report: (type: string, error: Error) => void): Promise<Socket> {
      const master = await findMaster(options, (error) => report('error', error));
      return this.open(master, options.tls);
    }
  };
}

/** @throws Error if a failover has made a replica of the server. Without the right to ask, the Sentinels are believed. */
export async function assertMaster(client: Redis): Promise<void> {
  const reply: unknown = await client.call('ROLE').catch((error: unknown) => {
    if (isRefusal(error)) return ['master'];
    throw error;
  });
  if (Array.isArray(reply) && reply[0] !== 'master')
    throw new Error('the server that the Sentinels named is not the master');
}

/** Asks until one of them knows; rejects only when it is no longer wanted. */
async function findMaster(
  options: SentinelOptions,
  onFailure: (error: Error) => void,
): Promise<HostAndPort> {
  const { place, pause, signal } = options;
  for (;;) {
    const reasons: string[] = [];
    for (const sentinel of place.sentinels) {
      signal.throwIfAborted();
      try {
        return await askSentinel(sentinel, options);
      } catch (error) {
        reasons.push(`${describeHost(sentinel)}: ${errorMessage(error)}`);
      }
    }
    signal.throwIfAborted();
    onFailure(new Error(`no Sentinel names the master (${reasons.join('; ')})`));
    await delay(pause, undefined, { signal });
  }
}

async function askSentinel(
  { host, port }: HostAndPort,
  { place, tls, timeout }: SentinelOptions,
): Promise<HostAndPort> {
  const settings = {
    host,
    port,
    connectTimeout: timeout,
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    ...(place.username !== null && { username: place.username }),
    ...(place.password !== null && { password: place.password }),
    ...(place.tls && tls !== null && { tls }),
    Connector: RedisConnector,
  } satisfies RedisOptions;
  const client = new RedisClient(settings, timeout);
  const reasons: Error[] = [];
  client.on('error', (error: Error) => void reasons.push(error));
  try {
    await client.connect();
    const reply: unknown = await client.call('SENTINEL', 'get-master-addr-by-name', place.masterName);
    if (reply === null) throw new Error('knows no master of that name');
    const [masterHost, masterPort] = masterAddress.parse(reply);
    return { host: masterHost, port: masterPort };
  } catch (error) {
    throw reasons[0] ?? error; // ioredis itself only says that it is closed
  } finally {
    client.disconnect();
  }
}
