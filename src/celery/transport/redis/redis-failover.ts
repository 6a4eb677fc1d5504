/**
 * The servers of a list of addresses, tried in turn. Counterpart of `failover_strategy` of `kombu.Connection`, whose
 * default is round robin. All connections of one owner share it, so that all of them are made to the same server.
 */
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../../listeners.js';
import type { RedisAddress, RedisNode } from '../address/redis-address.js';

export class RedisFailover {
  readonly #nodes: readonly [RedisNode, ...RedisNode[]];
  #index = 0;
  readonly #listeners: Listeners<[RedisNode]>;

  constructor(
    { fallbacks = [], ...first }: RedisAddress,
    onListenerError: OnListenerError = ignoreListenerErrors,
  ) {
    this.#listeners = new Listeners('failover of Redis', onListenerError);
    this.#nodes = [first, ...fallbacks];
  }

  /** The server to connect to. */
  get current(): RedisNode {
    return this.#nodes[this.#index] ?? this.#nodes[0];
  }

  /** Turns to the next server, unless another connection has given up `failed` already. */
  giveUp(failed: RedisNode): void {
    if (this.#nodes.length === 1 || failed !== this.current) return;
    this.#index = (this.#index + 1) % this.#nodes.length;
    this.#listeners.notify(this.current);
  }

  /** Turns to the server that `other`, of the same addresses, has turned to. */
  follow(other: RedisFailover): void {
    if (this.#index === other.#index) return;
    this.#index = other.#index;
    this.#listeners.notify(this.current);
  }

  /** Called after `current` has changed; returns the function that stops it. */
  onChange(listener: (node: RedisNode) => void): () => void {
    return this.#listeners.add(listener);
  }
}
