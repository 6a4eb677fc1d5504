/**
 * The broker of a cluster, whichever it is: where it is, what goes through it, and the means to make it fail.
 */
import type { BrokerTap } from './broker-tap.js';
import { createOwnNode, createVhost, type RabbitMQVhost } from './rabbitmq-vhost.js';
import { RabbitMQTap } from './rabbitmq-tap.js';
import type { RedisServer } from './redis.js';

export const brokerNames = ['redis', 'rabbitmq'] as const;

export type BrokerName = (typeof brokerNames)[number];

/** What an outage needs. */
interface Failing {
  readonly running: boolean;
  stop(): Promise<unknown>;
  kill(): Promise<unknown>;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface ClusterBroker extends AsyncDisposable {
  readonly name: BrokerName;
  readonly url: string;
  /** Throws when other clusters use the same server; ask for `ownBroker` then. */
  readonly server: Failing;
  /** The virtual host; undefined on Redis. */
  readonly vhost: RabbitMQVhost | undefined;
  /** Records from now on; ends with the broker, or earlier when it is disposed. */
  tap(): Promise<BrokerTap>;
}

/** Its server is disposed by who started it. */
export function redisBroker(redis: RedisServer): ClusterBroker {
  return {
    name: 'redis',
    url: redis.url(),
    server: redis,
    vhost: undefined,
    tap: () => redis.monitor(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export async function rabbitmqBroker(own: boolean): Promise<ClusterBroker> {
  const vhost: RabbitMQVhost = own ? await createOwnNode() : await createVhost();
  const taps: BrokerTap[] = [];
  return {
    name: 'rabbitmq',
    url: vhost.url,
    vhost,
    get server() {
      if (!vhost.server)
        throw new Error('This RabbitMQ node is shared: start the cluster with ownBroker');
      return vhost.server;
    },
    async tap() {
      const tap = await RabbitMQTap.connect(vhost);
      taps.push(tap);
      return tap;
    },
    async [Symbol.asyncDispose]() {
      for (const tap of taps) await tap[Symbol.asyncDispose]();
      await vhost[Symbol.asyncDispose]();
    },
  };
}
