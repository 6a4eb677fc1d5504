/**
 * Broker and result backend that celery-node's applications use in place of their own. Its interfaces have
 * four methods each, and an own property hides the getter that would open a connection.
 */
import { createWorker } from 'celery-node';
import { decodeEnvelope, encodeEnvelope } from '../celery/messages/message.js';
import { decodeBody } from '../celery/messages/message-body.js';
import type { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import type { MemoryConsumer } from '../celery/transport/memory/memory-queue.js';

export type CeleryWorker = ReturnType<typeof createWorker>;
type CeleryBroker = CeleryWorker['broker'];
type CeleryBackend = CeleryWorker['backend'];

/** A task message as the worker's handler gets it. */
export interface TaskMessage {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly redelivered: boolean;
  /** Throws MalformedMessageError. */
  decode(): unknown;
}

/** Settles when the message is to be acknowledged. */
export type TaskHandler = (message: TaskMessage) => Promise<void>;

export class MemoryBroker implements CeleryBroker {
  readonly #bus: MemoryBus;
  readonly #prefetch: number;
  readonly #onPoison: (error: unknown, queue: string) => void;
  #consumer: MemoryConsumer | null = null;

  constructor(
    bus: MemoryBus,
    prefetch = 1,
    onPoison: (error: unknown, queue: string) => void = () => undefined,
  ) {
    this.#bus = bus;
    this.#prefetch = prefetch;
    this.#onPoison = onPoison;
  }

  /** Messages that may be unacknowledged at once; 0 while nothing is consumed. */
  get prefetch(): number {
    return this.#consumer?.prefetch ?? 0;
  }

  set prefetch(count: number) {
    if (this.#consumer) this.#consumer.prefetch = count;
  }

  consume(queue: string): void {
    this.#consumer?.add(this.#bus.queue(queue));
  }

  cancel(queue: string): void {
    this.#consumer?.remove(queue);
  }

  isReady = async (): Promise<void> => undefined;

  disconnect = async (): Promise<void> => {
    this.#consumer?.cancel();
    this.#consumer = null;
  };

  /** Rejects when the queue is full. */
  publish = async (
    body: object,
    exchange: string,
    routingKey: string,
    headers: object,
  ): Promise<void> => {
    const message = { exchange, routingKey, body, headers: { ...headers }, deliveryMode: 2 as const };
    this.#bus.queue(routingKey).push(encodeEnvelope(message));
  };

  /** @param queues comma list, as in `celery worker -Q`: celery-node knows only one queue a worker. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- celery-node's own signature
  subscribe = async (queues: string, callback: Function): Promise<void> => {
    const handler = callback as TaskHandler;
    this.#consumer?.cancel();
    this.#consumer = this.#bus.consume(queues.split(','), this.#prefetch, (delivery) => {
      const { queue, redelivered, text } = delivery;
      // Whatever is wrong with one message ends here: the next one must find its consumer alive.
      const handled = async () => {
        const message = decodeEnvelope(text);
        await handler({
          headers: message.headers,
          queue,
          redelivered,
          decode: () => decodeBody(message),
        });
      };
      handled()
        .catch((error: unknown) => {
          this.#onPoison(error, queue);
        })
        .finally(() => {
          delivery.acknowledge();
        });
    });
  };
}

/** What is stored besides the outcome, as with `result_extended`. */
export type MetaExtras = Readonly<Record<string, unknown>>;

export class MemoryBackend implements CeleryBackend {
  readonly #bus: MemoryBus;
  readonly #now: () => number;

  constructor(bus: MemoryBus, now: () => number) {
    this.#bus = bus;
    this.#now = now;
  }

  isReady = async (): Promise<void> => undefined;
  disconnect = async (): Promise<void> => undefined;

  storeResult = async (id: string, result: unknown, status: string): Promise<void> => {
    this.store(id, status, JSON.stringify(result ?? null), null, {});
  };

  getTaskMeta = async (id: string): Promise<object> => {
    const text = this.#bus.findResult(id);
    return text === null ? {} : (JSON.parse(text) as object);
  };

  /** @param result JSON text: what cannot be serialised must fail before a success is announced. */
  store(id: string, status: string, result: string, traceback: string | null, extras: MetaExtras): void {
    const meta = JSON.stringify({
      status,
      traceback,
      children: [],
      date_done: finalStates.has(status) ? new Date(this.#now()).toISOString() : null,
      task_id: id,
      ...extras,
    });
    this.#bus.storeResult(id, `{"result":${result},${meta.slice(1)}`);
  }
}

const finalStates: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** The URLs are only read by the getters that the own properties hide. */
export function memoryWorker(
  broker: MemoryBroker,
  backend: MemoryBackend,
  queues: string,
): CeleryWorker {
  return attach(createWorker('memory://', 'memory://', queues), broker, backend);
}

function attach<App extends object>(app: App, broker: MemoryBroker, backend: MemoryBackend): App {
  return Object.defineProperties(app, { broker: { value: broker }, backend: { value: backend } });
}
