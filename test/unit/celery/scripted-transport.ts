/** A broker that the test controls: it keeps what is published, and delivers replies when the test says so. */
import { encodeEnvelope, decodeEnvelope } from '../../../src/celery/messages/message.js';
import { PurgeImpossibleError } from '../../../src/errors.js';
import { atOnce } from '../../../src/slices.js';
import type { Message, RawMessage } from '../../../src/celery/messages/message.js';
import type { Impairment } from '../../../src/celery/transport/impairments.js';
import type {
  BoundNodes,
  ConnectionStatus,
  ControlRequest,
  EventMessageListener,
  Purge,
  QueueDepth,
  Transport,
} from '../../../src/celery/transport/transport.js';
import type { OutgoingTask } from '../../../src/celery/messages/message.js';

export class ScriptedTransport implements Transport {
  readonly kind = 'redis';
  readonly address = 'redis://test:6379/0';
  connection: ConnectionStatus = { connected: true, since: 0, reconnects: 0, reason: null };
  readonly requests: ControlRequest[] = [];
  readonly tasks: OutgoingTask[] = [];
  /** Pidboxes that take a request; null for a broker that does not report it. */
  receivers: number | null = null;
  bound: readonly string[] = [];
  hints: readonly string[] = [];
  /** Whether those are certain. */
  exact = false;
  depths: readonly QueueDepth[] = [];
  messages: (queue: string, count: number) => readonly RawMessage[] = () => [];
  /** What publishing fails with. */
  failure: Error | null = null;
  #reply: (message: RawMessage) => void = () => undefined;
  impairments: readonly Impairment[] = [];
  #listenToEvents: EventMessageListener = () => undefined;
  readonly #listeners: ((state: ConnectionStatus) => void)[] = [];

  get ticket(): string {
    return this.requests.at(-1)?.ticket ?? '';
  }

  /** A worker's reply to the latest request, or to that of another ticket. */
  reply(hostname: string, value: unknown, ticket = this.ticket): void {
    this.deliver({ [hostname]: value }, { ticket });
  }

  deliver(body: unknown, headers: Record<string, unknown>): void {
    const message = { exchange: '', routingKey: '', deliveryMode: 1, body, headers } as const;
    this.#reply({ size: 1, read: () => decodeEnvelope(encodeEnvelope(message)) });
  }

  /** A reply as it is on the wire. */
  deliverBytes(body: Buffer, changes: Partial<Message> = {}): void {
    const plain = { contentType: 'application/json', contentEncoding: 'utf-8', priority: null };
    const headers = { ticket: this.ticket };
    this.#reply({ size: body.length, read: () => ({ ...plain, headers, body, ...changes }) });
  }

  lose(reason = 'the connection was closed'): void {
    this.#become({ ...this.connection, connected: false, reason });
  }

  /** Connects, or connects again. */
  gain(): void {
    this.#become({ ...this.connection, connected: true, reason: null });
  }

  subscribeReplies(listener: (message: RawMessage) => void): void {
    this.#reply = listener;
  }

  onConnection(listener: (state: ConnectionStatus) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  onImpairment(): () => void {
    return () => undefined;
  }

  async publishRequest(request: ControlRequest): Promise<number | null> {
    if (this.failure) throw this.failure;
    this.requests.push(request);
    return this.receivers;
  }

  async settingHints(): Promise<readonly string[]> {
    return this.hints;
  }

  async boundNodes(): Promise<BoundNodes> {
    return { nodes: this.bound, exact: this.exact };
  }

  async delayedMessages(): Promise<null> {
    return null;
  }

  async queueNames(): Promise<readonly string[]> {
    return this.depths.filter(({ messages }) => messages !== 0).map(({ name }) => name);
  }

  async queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return names.flatMap((name) => this.depths.find((depth) => depth.name === name) ?? []);
  }

  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    return this.messages(queue, count);
  }

  async hasQueue(name: string): Promise<boolean> {
    return this.depths.some((depth) => depth.name === name);
  }

  async sendTask(message: OutgoingTask): Promise<void> {
    if (this.failure) throw this.failure;
    this.tasks.push(message);
  }

  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    const depth = this.depths.find(({ name }) => name === queue);
    if (depth?.messages === null) throw new PurgeImpossibleError(queue, 'its depth is unknown');
    const messages = depth?.messages ?? 0;
    return { purged: messages === expectedMessages, messages };
  }

  start(): void {
    // Connected from the beginning.
  }

  subscribeEvents(listener: EventMessageListener): void {
    this.#listenToEvents = listener;
  }

  /** Does nothing before `subscribeEvents`. */
  deliverEvent(message: RawMessage, receivedAt?: number): void {
    const work = this.#listenToEvents(message, receivedAt);
    if (work !== undefined) atOnce(work);
  }

  readonly intake = { waitingMessages: 0, waitingBytes: 0, lostMessages: 0, lostBytes: 0 };

  onEventLoss(): () => void {
    return () => undefined;
  }

  async ping(): Promise<void> {
    // Always there.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing was opened.
  }

  #become(state: ConnectionStatus): void {
    this.connection = state;
    for (const listener of this.#listeners) listener(state);
  }
}
