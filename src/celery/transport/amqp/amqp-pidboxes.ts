/**
 * Finds the workers that listen to remote control on RabbitMQ. A worker's pidbox lives exactly as long as its connection,
 * so a message that is addressed to it alone, and to be returned if there is no such queue, shows whether it listens:
 * no rights are needed, nothing is logged, and busy workers need not answer. (To declare the queue passively closes the
 * channel, with an error in the broker's log, for each worker of Celery 5.5 and later.)
 */
import type { AmqpNames } from './amqp-names.js';
import type { AmqpOutgoing } from './amqp-publisher.js';
import { noNode } from '../control-request.js';
import type { BoundNodes } from '../transport.js';

/** Names come from outside: more than this are not remembered. */
const maxRemembered = 2_000;
/** Milliseconds between two lists of the management API's. */
const listInterval = 5_000;

export interface AmqpPidboxesOptions {
  readonly names: AmqpNames;
  /** Whether at least one queue took the message. */
  readonly publish: (message: AmqpOutgoing) => Promise<boolean>;
  /** Names of the queues that are bound to the pidbox exchange; null without the management API. */
  readonly list: () => Promise<readonly string[] | null>;
}

export class AmqpPidboxes {
  readonly #options: AmqpPidboxesOptions;
  /** Nodes that were found listening. */
  readonly #remembered = new Set<string>();
  /** Probes under way, by node: five concurrent commands cost one message per worker. */
  readonly #probes = new Map<string, Promise<boolean>>();
  #listedAt = -Infinity;

  constructor(options: AmqpPidboxesOptions) {
    this.#options = options;
  }

  /** Those of these nodes, and of the nodes named before, that listen. */
  async bound(known: readonly string[]): Promise<BoundNodes> {
    const listed = this.#refresh();
    if (known.length === 0 && this.#remembered.size === 0) await listed;
    const candidates = [...new Set([...known, ...this.#remembered])];
    const listening = await Promise.all(candidates.map((node) => this.#isListening(node)));
    candidates.forEach((node, index) => {
      if (listening[index] === true) this.#remember(node);
      else this.#remembered.delete(node);
    });
    return { nodes: candidates.filter((_, index) => listening[index]), exact: true };
  }

  #remember(node: string): void {
    if (this.#remembered.size < maxRemembered) this.#remembered.add(node);
  }

  async #refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#listedAt < listInterval) return;
    this.#listedAt = now;
    const queues = await this.#options.list();
    for (const queue of queues ?? []) {
      const node = this.#options.names.nodeOf(queue);
      if (node !== null) this.#remember(node);
    }
  }

  #isListening(node: string): Promise<boolean> {
    const known = this.#probes.get(node);
    if (known) return known;
    const probe = this.#options
      .publish({
        exchange: '', // delivers to the queue that the routing key names
        routingKey: this.#options.names.pidboxOf(node),
        body: { method: 'ping', arguments: {}, destination: [noNode], pattern: null, matcher: null },
        headers: { clock: 1, expires: 0 },
        deliveryMode: 1,
        expiration: 0,
      })
      .finally(() => this.#probes.delete(node));
    this.#probes.set(node, probe);
    return probe;
  }
}
