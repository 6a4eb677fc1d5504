/**
 * The in-process broker and result store: what Redis is to a real cluster. Messages travel as the same
 * envelope text that Redis carries and arrive asynchronously, so both ends decode them as they do there.
 */
import { encodeEnvelope, type OutgoingMessage } from '../../messages/message.js';
import { MemoryConsumer, MemoryQueue, type Delivery } from './memory-queue.js';

export type TextListener = (text: string) => void;

export interface MemoryBusOptions {
  /** Messages a queue holds before it refuses more. */
  readonly maxQueueLength?: number;
  /** Stored results before the oldest is forgotten. */
  readonly maxResults?: number;
}

export class MemoryBus {
  readonly #maxQueueLength: number;
  readonly #maxResults: number;
  readonly #events = new Set<TextListener>();
  readonly #pidboxes = new Map<string, TextListener>();
  readonly #replies = new Map<string, TextListener>();
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #results = new Map<string, string>();

  constructor({ maxQueueLength = 10_000, maxResults = 10_000 }: MemoryBusOptions = {}) {
    this.#maxQueueLength = maxQueueLength;
    this.#maxResults = maxResults;
  }

  /** Event fan-out. Like pub/sub it keeps nothing: without a listener the event is gone. */
  publishEvent(message: OutgoingMessage): void {
    if (this.#events.size === 0) return;
    const text = encodeEnvelope(message);
    for (const listener of this.#events)
      later(text, () => (this.#events.has(listener) ? listener : undefined));
  }

  onEvent(listener: TextListener): () => void {
    this.#events.add(listener);
    return () => void this.#events.delete(listener);
  }

  /** Remote control fan-out; returns the number of pidboxes, as Redis' PUBLISH does. */
  publishRequest(message: OutgoingMessage): number {
    const text = encodeEnvelope(message);
    for (const node of this.#pidboxes.keys()) later(text, () => this.#pidboxes.get(node));
    return this.#pidboxes.size;
  }

  /** Binds a node's pidbox. A second node of the same name replaces the first, as two such queues would be one. */
  bindPidbox(node: string, listener: TextListener): () => void {
    this.#pidboxes.set(node, listener);
    return () => {
      if (this.#pidboxes.get(node) === listener) this.#pidboxes.delete(node);
    };
  }

  get nodes(): readonly string[] {
    return [...this.#pidboxes.keys()];
  }

  /** Replies go to the listener that the routing key names; a reply that no caller awaits any more is dropped. */
  publishReply(message: OutgoingMessage): void {
    const { routingKey } = message;
    if (this.#replies.has(routingKey))
      later(encodeEnvelope(message), () => this.#replies.get(routingKey));
  }

  onReply(routingKey: string, listener: TextListener): () => void {
    this.#replies.set(routingKey, listener);
    return () => void this.#replies.delete(routingKey);
  }

  get queueNames(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** The queue of that name, declared on first use. */
  queue(name: string): MemoryQueue {
    const known = this.#queues.get(name);
    if (known) return known;
    const queue = new MemoryQueue(name, this.#maxQueueLength);
    this.#queues.set(name, queue);
    return queue;
  }

  /** The queue of that name, without declaring it. */
  findQueue(name: string): MemoryQueue | undefined {
    return this.#queues.get(name);
  }

  consume(
    queues: readonly string[],
    prefetch: number,
    deliver: (delivery: Delivery) => void,
  ): MemoryConsumer {
    return new MemoryConsumer(
      [...new Set(queues)].map((name) => this.queue(name)),
      prefetch,
      deliver,
    );
  }

  /** @param text `celery-task-meta-<id>` as Celery stores it. */
  storeResult(id: string, text: string): void {
    this.#results.delete(id); // a result that is stored again is young again
    this.#results.set(id, text);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= this.#maxResults) break;
      this.#results.delete(oldest);
    }
  }

  findResult(id: string): string | null {
    return this.#results.get(id) ?? null;
  }
}

/** Delivers in a later microtask, in order, and only if the listener is still there by then. */
function later(text: string, find: () => TextListener | undefined): void {
  queueMicrotask(() => {
    find()?.(text);
  });
}
