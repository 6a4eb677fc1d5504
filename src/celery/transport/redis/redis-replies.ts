/**
 * The list that workers reply into, and the binding that leads them there. Counterpart of the reply queue of
 * `kombu.pidbox.Mailbox`, which Celery's own clients leave behind for ever when they are killed.
 *
 * Here nothing outlives its owner: the reply exchange is ours alone, so its binding can expire, and without a binding
 * workers drop what they would reply. The list is kept in being, because a worker that pushes onto a list that is not
 * there would make one that never expires; hence a placeholder within it, and polling where kombu blocks.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChainableCommander, Redis } from 'ioredis';
import { errorMessage } from '../../../error-message.js';
import { EnvelopeText } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';
import { isDiscarded, isRefusal, refusalWords } from './redis-errors.js';
import type { RedisNames } from './redis-names.js';

export interface RedisRepliesOptions {
  readonly names: RedisNames;
  /** @throws BrokerUnavailableError without a connection, TimeoutError when Redis does not answer */
  readonly run: <T>(work: (client: Redis) => Promise<T>) => Promise<T>;
  /** Called when the connection stays within a transaction that Redis does not let us end: it has to be made anew. */
  readonly onOpenTransaction: (reason: string) => void;
}

/** Milliseconds. Renewed at every look, so it only ends with us. */
const bindingLifetime = 60_000;
/** Milliseconds: a worker that has just read the binding must still find the list. */
const listLifetime = 120_000;
/** Milliseconds between two looks: soon after a request, later, and while no reply is awaited; the last keeps both alive. */
const shortest = 1;
const longest = 20;
const idle = 2_000;
/** Milliseconds after a request or a reply for which more replies are likely. */
const attention = 2_000;
/** Replies taken in one look. */
const batch = 1_000;
/** Milliseconds for replies that were on their way when the binding was removed. */
const farewell = 30;
/** What keeps the list in being; no envelope is empty. */
const placeholder = '';

export class RedisReplies {
  /** Routing key of our replies, for the life of the process. */
  readonly #oid = randomUUID();
  readonly #names: RedisNames;
  readonly #run: RedisRepliesOptions['run'];
  readonly #onOpenTransaction: RedisRepliesOptions['onOpenTransaction'];
  readonly #binding: string;
  readonly #list: string;
  #onReply: (message: RawMessage) => void = () => undefined;
  #isAwaited: () => boolean = () => true;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #running = false;
  /** Whether the list or its binding may be in Redis. */
  #isLeft = false;
  #removed = false;
  /** When the last request was sent, or the last reply came, by the monotonic clock. */
  #newsAt = -Infinity;
  /** Whether Redis has refused to begin or to end a transaction. */
  #mayNotTransact = false;

  constructor({ names, run, onOpenTransaction }: RedisRepliesOptions) {
    this.#names = names;
    this.#run = run;
    this.#onOpenTransaction = onOpenTransaction;
    this.#binding = names.bindingKey(names.replyExchange(this.#oid));
    this.#list = names.key(names.replyQueue(this.#oid));
  }

  /** `reply_to` of a request. */
  get address(): { readonly exchange: string; readonly routing_key: string } {
    return { exchange: this.#names.replyExchange(this.#oid), routing_key: this.#oid };
  }

  subscribe(listener: (message: RawMessage) => void, isAwaited: () => boolean): void {
    this.#onReply = listener;
    this.#isAwaited = isAwaited;
  }

  /** Looks for replies from now on, until `stop` or an error: a new connection starts it anew. */
  start(): void {
    if (this.#removed) return;
    this.#running = true;
    this.#lookIn(shortest);
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Publishes a request when all is ready for its replies; resolves to its receivers on each of the channels. */
  async request(
    client: Redis,
    channels: readonly string[],
    envelope: string,
  ): Promise<readonly number[]> {
    await this.#assertTransactions(client);
    const transaction = this.#renew(client.multi());
    for (const channel of channels) transaction.publish(channel, envelope);
    const results = await this.#transact(transaction);
    this.#newsAt = performance.now();
    if (this.#running) this.#lookIn(shortest);
    return results.slice(-channels.length).map(Number);
  }

  /** Whether there is anything to remove. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Stops for good: a connection that comes back does not make the list anew. */
  close(): void {
    this.#removed = true;
    this.stop();
  }

  /** Leaves nothing in the broker. */
  async remove(client: Redis): Promise<void> {
    this.close();
    await client.del(this.#binding);
    await delay(farewell);
    await client.del(this.#list);
    this.#isLeft = false;
  }

  #renew(transaction: ChainableCommander): ChainableCommander {
    this.#isLeft = true;
    return transaction
      .sadd(this.#binding, this.#names.replyBinding(this.#oid))
      .pexpire(this.#binding, bindingLifetime)
      .rpush(this.#list, placeholder)
      .pexpire(this.#list, listLifetime);
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const taken = await this.#run((client) => this.#take(client));
      const replies = taken.filter((text) => text !== placeholder);
      if (replies.length > 0) this.#newsAt = performance.now();
      for (const text of replies) this.#onReply(new EnvelopeText(text));
      if (this.#running) this.#lookIn(taken.length >= batch ? 0 : this.#pause());
    } catch {
      // The connection restarts itself.
      if (this.#running) this.#lookIn(idle);
    } finally {
      this.#looking = false;
    }
  }

  /** Workers push on the left: the oldest of what is taken is the last of it. */
  async #take(client: Redis): Promise<readonly string[]> {
    await this.#assertTransactions(client);
    const transaction = client
      .multi()
      .lrange(this.#list, 0, batch - 1)
      .ltrim(this.#list, batch, -1);
    const [taken] = await this.#transact(this.#renew(transaction));
    return (taken as string[]).reverse();
  }

  async #transact(transaction: ChainableCommander): Promise<readonly unknown[]> {
    try {
      return await transact(transaction);
    } catch (error) {
      const command = refusedCommand(error);
      if (command === 'multi' || command === 'exec') this.#mayNotTransact = true;
      if (command === 'exec' && !isDiscarded(error)) this.#onOpenTransaction(errorMessage(error));
      throw error;
    }
  }

  /**
   * Without MULTI each part would be carried out alone, though the whole is reported as refused; without EXEC every
   * later command would wait in the transaction.
   */
  async #assertTransactions(client: Redis): Promise<void> {
    if (!this.#mayNotTransact) return;
    await client.call('EXEC').catch((error: unknown) => {
      if (refusedCommand(error) !== null || !isRefusal(error)) throw error; // else: EXEC without MULTI, as it should be
    });
    await client.multi().exec();
    this.#mayNotTransact = false;
  }

  /** In proportion to the time that has passed: no reply is seen later by more than a tenth of its own time. */
  #pause(): number {
    if (!this.#isAwaited()) return idle;
    const passed = performance.now() - this.#newsAt;
    if (passed > attention) return idle;
    return Math.min(Math.max(passed / 10, shortest), longest);
  }
}

/** The command that this user may not use, by Redis's words; null for any other error. */
function refusedCommand(error: unknown): string | null {
  if (!isRefusal(error)) return null;
  return /^NOPERM .*the '([^']+)' command/.exec(refusalWords(error))?.[1]?.toLowerCase() ?? null;
}

/** The results of a transaction; rejects with what Redis refused, rather than that it refused something. */
async function transact(transaction: ChainableCommander): Promise<readonly unknown[]> {
  try {
    const results = (await transaction.exec()) ?? [];
    return results.map(([error, result]) => {
      if (error) throw error;
      return result;
    });
  } catch (error) {
    const [cause] = (error as { previousErrors?: readonly unknown[] }).previousErrors ?? [];
    throw cause ?? error;
  }
}
