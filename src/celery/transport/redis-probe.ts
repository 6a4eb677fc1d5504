/**
 * Tries what the gateway needs of Redis and has not used within the last seconds, each by a command that changes nothing
 * and reads nothing. The outcomes go to `RedisRefusals`, as those of all commands do.
 */
import type { Redis } from 'ioredis';
import { isRefusal } from './redis-errors.js';
import type { RedisNames } from './redis-names.js';
import type { RedisRefusals } from './redis-refusals.js';

export interface RedisProbeOptions {
  readonly names: RedisNames;
  readonly refusals: RedisRefusals;
  /** Of the server of the moment. */
  readonly db: () => number;
  readonly connectionName: string;
  /** Routing key of our own replies: the keys that are named after it are ours alone. */
  readonly oid: string;
}

/** Milliseconds for which a success counts. */
const fresh = 1_500;

type Trial = (client: Redis, key: string) => Promise<unknown>;

/** The commands that a transport needs and that its own upkeep does not use anyway. */
const trials: Readonly<Record<string, Trial>> = {
  ping: (client) => client.ping(),
  smembers: (client, key) => client.smembers(key),
  scan: (client, key) => client.scan('0', 'MATCH', key, 'COUNT', 1),
  llen: (client, key) => client.llen(key),
  exists: (client, key) => client.exists(key),
  hlen: (client, key) => client.hlen(key),
  hkeys: (client, key) => client.hkeys(key),
  // Scripts need it, and the error of a script does not name it.
  hget: (client, key) => client.hget(key, 'probe'),
  eval: (client) => client.eval('return 0', 0),
  pubsub: (client) => client.call('PUBSUB', 'NUMPAT'),
  del: (client, key) => client.del(key),
};

export class RedisProbe {
  readonly #options: RedisProbeOptions;
  readonly #key: string;

  constructor(options: RedisProbeOptions) {
    this.#options = options;
    this.#key = options.names.key(`${options.names.replyQueue(options.oid)}.probe`);
  }

  /** At most one round trip. It rejects only with a loss of the connection, or when Redis does not answer. */
  async run(client: Redis): Promise<void> {
    const { refusals, db, connectionName } = this.#options;
    const due = (command: string): boolean => refusals.sinceSuccess(command) > fresh;
    const tried = Object.entries(trials)
      .filter(([command]) => due(command))
      .map(([, trial]) => trial(client, this.#key));
    tried.push(client.select(db()), client.client('SETNAME', connectionName));
    const outcomes = await Promise.allSettled(tried);
    refusals.expire();
    for (const outcome of outcomes)
      if (outcome.status === 'rejected' && !isRefusal(outcome.reason)) throw outcome.reason;
  }

  /** Whether a replica has been made of this server shows where it may write. */
  async isWritable(client: Redis): Promise<void> {
    await client.del(this.#key);
  }
}
