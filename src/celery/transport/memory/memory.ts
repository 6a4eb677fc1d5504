/** Transport and results of an embedded cluster. Counterpart of `kombu.transport.memory`. */
import { randomUUID } from 'node:crypto';
import { errorMessage } from '../../../error-message.js';
import { BrokerUnavailableError, UnknownQueueError } from '../../../errors.js';
import { atOnce } from '../../../slices.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../../listeners.js';
import { encodeTask, EnvelopeText } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';
import { standardRedactor, type Redaction } from '../../redaction/redactor.js';
import { readStoredResult } from '../../results/results.js';
import { readWaitingTask } from '../../queues/task-message.js';
import { controlRequestBody } from '../control-request.js';
import type { MemoryBus } from './memory-bus.js';
import type {
  BoundNodes,
  ConnectionStatus,
  ControlRequest,
  EventIntake,
  EventMessageListener,
  Purge,
  QueueDepth,
  ResultBackend,
  StoredResult,
  Transport,
} from '../transport.js';
import type { OutgoingTask } from '../../messages/message.js';

/** Kombu's default seconds for a reply; workers ignore the header, but real requests carry it. */
const requestExpiresSeconds = 1;

export interface MemoryTransportOptions {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** `control_exchange`; the bus has one pidbox exchange, so this only names it in messages. */
  readonly controlExchange?: string;
  readonly onListenerError?: OnListenerError;
}

/** Connected from `start()` until it is disposed; several may share a bus, each with its own replies. */
export class MemoryTransport implements Transport {
  readonly kind = 'memory';
  readonly address = 'embedded';

  readonly #bus: MemoryBus;
  readonly #now: () => number;
  readonly #controlExchange: string;
  readonly #replyKey = randomUUID();
  readonly #connectionListeners: Listeners<[ConnectionStatus]>;
  readonly #onListenerError: OnListenerError;
  #connection: ConnectionStatus;
  #stopEvents: (() => void) | null = null;
  #stopReplies: (() => void) | null = null;
  #clock = 0;

  constructor(bus: MemoryBus, options: MemoryTransportOptions = {}) {
    const { now = Date.now, controlExchange = 'celery' } = options;
    this.#onListenerError = options.onListenerError ?? ignoreListenerErrors;
    this.#connectionListeners = new Listeners('connection', this.#onListenerError);
    this.#bus = bus;
    this.#now = now;
    this.#controlExchange = controlExchange;
    this.#connection = { connected: false, since: now(), reconnects: 0, reason: 'not started' };
  }

  get connection(): ConnectionStatus {
    return this.#connection;
  }

  onConnection(listener: (state: ConnectionStatus) => void): () => void {
    return this.#connectionListeners.add(listener);
  }

  /** There is no server that could refuse anything. */
  readonly impairments = [];

  onImpairment(): () => void {
    return () => undefined;
  }

  start(): void {
    if (this.#connection.connected) return;
    this.#connection = { connected: true, since: this.#now(), reconnects: 0, reason: null };
    // Never inside the call: the caller of `start` may register its listeners afterwards.
    queueMicrotask(() => this.#connectionListeners.notify(this.#connection));
  }

  subscribeEvents(listener: EventMessageListener): void {
    this.#stopEvents?.();
    this.#stopEvents = this.#bus.onEvent((text) => {
      if (!this.#connection.connected) return;
      this.#deliver('event messages', () => {
        const work = listener(new EnvelopeText(text));
        if (work !== undefined) atOnce(work);
      });
    });
  }

  /** Nothing waits: the bus delivers message by message. */
  get intake(): EventIntake {
    return { waitingMessages: 0, waitingBytes: 0, lostMessages: 0, lostBytes: 0 };
  }

  onEventLoss(): () => void {
    return () => undefined;
  }

  subscribeReplies(listener: (message: RawMessage) => void): void {
    this.#stopReplies?.();
    this.#stopReplies = this.#bus.onReply(this.#replyKey, (text) => {
      this.#deliver('replies', () => listener(new EnvelopeText(text)));
    });
  }

  async publishRequest(request: ControlRequest): Promise<number> {
    this.#assertConnected();
    this.#clock += 1;
    const replyTo = { exchange: `reply.${this.#controlExchange}.pidbox`, routing_key: this.#replyKey };
    return this.#bus.publishRequest({
      exchange: `${this.#controlExchange}.pidbox`,
      routingKey: '',
      deliveryMode: 2,
      headers: {
        clock: this.#clock,
        expires: request.ticket === null ? 0 : this.#now() / 1000 + requestExpiresSeconds,
      },
      body: controlRequestBody(request, replyTo),
    });
  }

  async boundNodes(): Promise<BoundNodes> {
    this.#assertConnected();
    return { nodes: this.#bus.nodes, exact: true };
  }

  async queueNames(): Promise<readonly string[]> {
    this.#assertConnected();
    return this.#bus.queueNames;
  }

  async queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    this.#assertConnected();
    return names.map((name) => {
      const queue = this.#bus.findQueue(name);
      const messages = queue?.length ?? 0;
      return {
        name,
        messages,
        messagesByPriority: messages > 0 ? [{ priority: 0, messages }] : [],
        unacknowledged: queue?.unacknowledged ?? 0,
        consumers: queue?.consumers ?? 0,
        oldestTaskId:
          queue?.peek(1).map((text) => readWaitingTask(new EnvelopeText(text)).id)[0] ?? null,
        oldestSentAt: null,
        kind: 'memory',
      };
    });
  }

  async delayedMessages(): Promise<null> {
    return null;
  }

  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    this.#assertConnected();
    return (this.#bus.findQueue(queue)?.peek(count) ?? []).map((text) => new EnvelopeText(text));
  }

  async hasQueue(name: string): Promise<boolean> {
    this.#assertConnected();
    return this.#bus.findQueue(name) !== undefined;
  }

  async sendTask(message: OutgoingTask): Promise<void> {
    this.#assertConnected();
    const queue = this.#bus.findQueue(message.queue);
    if (queue === undefined) throw new UnknownQueueError(message.queue);
    try {
      queue.push(encodeTask(message));
    } catch (cause) {
      throw new BrokerUnavailableError(this.address, { cause, reason: errorMessage(cause) });
    }
  }

  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    this.#assertConnected();
    const found = this.#bus.findQueue(queue);
    const messages = found?.length ?? 0;
    if (messages !== expectedMessages) return { purged: false, messages };
    found?.clear();
    return { purged: true, messages };
  }

  async ping(): Promise<void> {
    this.#assertConnected();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopEvents?.();
    this.#stopReplies?.();
    this.#connectionListeners.clear();
    this.#connection = { connected: false, since: this.#now(), reconnects: 0, reason: 'closed' };
  }

  /** The contract of `subscribeEvents`: what a listener throws must not stop the stream. */
  #deliver(subject: string, deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#onListenerError(subject, error);
    }
  }

  #assertConnected(): void {
    if (!this.#connection.connected) throw new BrokerUnavailableError(this.address);
  }
}

/** Reads what embedded workers stored; the bus keeps it for as long as its cluster lives. */
export class MemoryResultBackend implements ResultBackend {
  readonly address = 'embedded';
  readonly #bus: MemoryBus;
  readonly #redaction: Redaction;

  constructor(bus: MemoryBus, redaction: Redaction = standardRedactor.tasks) {
    this.#redaction = redaction;
    this.#bus = bus;
  }

  async fetch(ids: readonly string[]): Promise<readonly (StoredResult | null)[]> {
    return ids.map((id) => {
      const text = this.#bus.findResult(id);
      return text === null ? null : readStoredResult(id, Buffer.from(text), this.#redaction);
    });
  }

  async ping(): Promise<void> {
    // Nothing to reach: the results are in this process.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing was opened.
  }
}
