/**
 * Tries what the gateway needs of Redis and has not used within the last seconds, each by a command that changes nothing
 * and reads nothing. The outcomes go to `RedisRefusals`, as those of all commands do.
 */
import type { ChainableCommander, Redis } from 'ioredis';
import { isRefusal } from './redis-errors.js';
import type { RedisNames } from './redis-names.js';
import type { RedisRefusals } from './redis-refusals.js';

export interface RedisProbeOptions {
  readonly names: RedisNames;
  readonly refusals: RedisRefusals;
  /** Database number on the current server. */
  readonly db: () => number;
  readonly connectionName: string;
  /** Whether Sentinels name the server, which is then asked for its role. */
  readonly isBehindSentinels: boolean;
  /** Routing key of our own replies: the keys that are named after it are ours alone. */
  readonly oid: string;
}

/** Milliseconds for which a success counts. */
const fresh = 1_500;

type Trial = (pipeline: ChainableCommander, key: string) => unknown;

/** The commands that a transport needs and that its own upkeep does not use anyway. */
const trials: Readonly<Record<string, Trial>> = {
  ping: (pipeline) => pipeline.ping(),
  smembers: (pipeline, key) => pipeline.smembers(key),
  scan: (pipeline, key) => pipeline.scan('0', 'MATCH', key, 'COUNT', 1),
  llen: (pipeline, key) => pipeline.llen(key),
  exists: (pipeline, key) => pipeline.exists(key),
  hlen: (pipeline, key) => pipeline.hlen(key),
  hkeys: (pipeline, key) => pipeline.hkeys(key),
  // Scripts need it, and the error of a script does not name it.
  hget: (pipeline, key) => pipeline.hget(key, 'probe'),
  eval: (pipeline) => pipeline.eval('return 0', 0),
  pubsub: (pipeline) => pipeline.call('PUBSUB', 'NUMPAT'),
  del: (pipeline, key) => pipeline.del(key),
};

export class RedisProbe {
  readonly #options: RedisProbeOptions;
  readonly #key: string;

  constructor(options: RedisProbeOptions) {
    this.#options = options;
    this.#key = options.names.key(`${options.names.replyQueue(options.oid)}.probe`);
  }

  /** The trials of this transport, by the command that each of them tries. */
  get #trials(): Readonly<Record<string, Trial>> {
    return this.#options.isBehindSentinels
      ? { ...trials, role: (pipeline) => pipeline.call('ROLE') }
      : trials;
  }

  /**
   * One round trip, with one write for all commands. It rejects only with a loss of the connection, or when Redis does
   * not answer.
   */
  async run(client: Redis): Promise<void> {
    const { refusals, db, connectionName } = this.#options;
    const pipeline = client.pipeline();
    for (const [command, trial] of Object.entries(this.#trials))
      if (refusals.sinceSuccess(command) > fresh) trial(pipeline, this.#key);
    pipeline.select(db()).client('SETNAME', connectionName);
    const outcomes = (await pipeline.exec()) ?? [];
    refusals.expire();
    const [loss] = outcomes.find(([error]) => error !== null && !isRefusal(error)) ?? [];
    if (loss) throw loss;
  }

  /** Whether a replica has been made of this server shows where it may write. */
  async isWritable(client: Redis): Promise<void> {
    await client.del(this.#key);
  }
}
