/** The invalidations of one cluster on their way to Redis, kept until it has confirmed them. */
import { newToken } from './new-token.js';
import { PendingInvalidations } from './pending-invalidations.js';
import type { InvalidationTarget } from './pending-invalidations.js';
import type { RedisCommand } from './redis-port.js';
import { invalidate, invalidatePrefixes } from './scripts.js';
import type { SharedKeys } from './shared-keys.js';

export interface SharedInvalidationsOptions {
  readonly keys: SharedKeys;
  readonly channel: string;
  /** See `RedisPort.connection`. */
  readonly connection: () => number;
  /** The message to the other replicas. */
  readonly message: (targets: readonly InvalidationTarget[]) => string;
  readonly onSend: () => void;
}

type Send = (commands: readonly RedisCommand[]) => Promise<unknown>;

/** Longer prefixes are not kept in Redis: the whole cache is invalidated instead. */
const longestPrefix = 1_000;

export class SharedInvalidations {
  readonly #options: SharedInvalidationsOptions;
  readonly #pending = new PendingInvalidations();

  constructor(options: SharedInvalidationsOptions) {
    this.#options = options;
  }

  /** Whether Redis has confirmed all so far. */
  get areConfirmed(): boolean {
    return this.#pending.size === 0;
  }

  add(targets: readonly InvalidationTarget[]): void {
    this.#pending.add(targets);
  }

  /** Sends what is not confirmed. */
  async flush(send: Send): Promise<void> {
    const { targets, commands } = this.#take();
    if (commands.length > 0) await this.#confirming(targets, send(commands));
  }

  /** Sends a command, and before it what is not confirmed. */
  async sendBefore(command: RedisCommand, send: Send): Promise<unknown> {
    const { targets, commands } = this.#take();
    return this.#confirming(targets, send([...commands, command]));
  }

  #take(): { targets: readonly InvalidationTarget[]; commands: RedisCommand[] } {
    const { keys, channel, connection, message, onSend } = this.#options;
    const targets = this.#pending.take(connection());
    if (targets.length === 0) return { targets, commands: [] };
    const whole = new Set(targets.filter(isWhole).map(({ cache }) => cache));
    const wholeKeys = [...whole].flatMap((cache) => [keys.epoch(cache), keys.prefixes(cache)]);
    const parts = [...new Set(targets.map(({ cache }) => cache))]
      .filter((cache) => !whole.has(cache))
      .map((cache): RedisCommand => {
        const names = [keys.epoch(cache), keys.prefixes(cache)];
        const prefixes = targets.filter((target) => target.cache === cache).map(({ prefix }) => prefix);
        return ['EVAL', invalidatePrefixes, names.length, ...names, newToken(), ...prefixes];
      });
    const args = [newToken(), channel, message(targets)];
    onSend();
    const command: RedisCommand = ['EVAL', invalidate, wholeKeys.length, ...wholeKeys, ...args];
    return { targets, commands: [...parts, command] };
  }

  async #confirming<T>(targets: readonly InvalidationTarget[], work: Promise<T>): Promise<T> {
    try {
      const reply = await work;
      this.#pending.confirm(targets);
      return reply;
    } catch (error) {
      this.#pending.doubt(targets);
      throw error;
    }
  }
}

function isWhole({ prefix }: InvalidationTarget): boolean {
  return prefix === '' || prefix.length > longestPrefix;
}
