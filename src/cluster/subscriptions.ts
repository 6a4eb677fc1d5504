/**
 * Everybody who subscribes to events: how many, what they got and missed, and that they end when the cluster is closed or
 * the gateway stops.
 */
import { setMaxListeners } from 'node:events';
import type { Celery } from '../celery/celery.js';
import { BrokerUnavailableError, ClusterClosedError } from '../errors.js';
import { SubscriberBuffer } from './subscriber-buffer.js';
import { WorkerFeed } from './worker-feed.js';

/** Of one subscriber, whatever the number of items: texts of tasks may be long. */
const maxBytes = 16 * 1024 * 1024;

export interface SubscriptionsOptions {
  readonly celery: Celery;
  /** Items that wait for one subscriber at most. */
  readonly maxItems: number;
}

export interface SubscriptionStats {
  /** Subscribers to events at this moment. */
  readonly active: number;
  readonly delivered: number;
  /** Items that were missed by subscribers too slow for them. */
  readonly dropped: number;
}

export class Subscriptions implements Disposable {
  readonly workers: WorkerFeed;
  readonly #options: SubscriptionsOptions;
  readonly #buffers = new Set<{ push(item: Error): void; end(): void }>();
  readonly #disposal = new AbortController();
  readonly #stopWatching: () => void;
  #delivered = 0;
  #dropped = 0;

  constructor(options: SubscriptionsOptions) {
    const { transport } = options.celery;
    this.#options = options;
    this.workers = new WorkerFeed(options.celery);
    setMaxListeners(0, this.signal); // one for each stream that waits
    let wasConnected = transport.connection.connected;
    this.#stopWatching = transport.onConnection(({ connected }) => {
      const isLost = wasConnected && !connected;
      wasConnected = connected;
      if (!isLost) return;
      for (const buffer of this.#buffers) buffer.push(new BrokerUnavailableError(transport.address));
    });
  }

  /** Aborted at the end: with a ClusterClosedError as the reason, unless the gateway stops. */
  get signal(): AbortSignal {
    return this.#disposal.signal;
  }

  get stats(): SubscriptionStats {
    return { active: this.#buffers.size, delivered: this.#delivered, dropped: this.#dropped };
  }

  /**
   * A stream of what `attach` pushes, until it is returned or the gateway stops. Silence would pass for calm, so it
   * says with an error when the broker is lost, or is away from the beginning; it goes on when the broker is back.
   * @param attach returns what stops it
   */
  open<T extends object>(
    sizeOf: (value: T) => number,
    attach: (push: (value: T) => void) => () => void,
  ): SubscriberBuffer<T> {
    const { celery, maxItems } = this.#options;
    const buffer = new SubscriberBuffer<T>({
      maxItems,
      maxBytes,
      sizeOf,
      onDelivered: () => this.#delivered++,
      onDropped: () => this.#dropped++,
      onEnd: () => {
        detach();
        this.#buffers.delete(buffer);
      },
    });
    const detach = attach((value) => buffer.push(value));
    this.#buffers.add(buffer);
    const { connection, address } = celery.transport;
    if (!connection.connected) buffer.push(new BrokerUnavailableError(address));
    if (this.signal.aborted) buffer.end();
    return buffer;
  }

  /** Ends all of them with an error, since the cluster is closed and the gateway goes on. */
  close(): void {
    this.#end(new ClusterClosedError());
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #end(reason?: ClusterClosedError): void {
    this.#stopWatching();
    this.#disposal.abort(reason);
    for (const buffer of this.#buffers) buffer.end();
  }
}
