/**
 * Queues on RabbitMQ. A passive declaration tells exactly how many messages wait and who consumes; names, kinds and what
 * is unacknowledged only the management API knows, where there is one, and up to five seconds late.
 */
import type { Channel, GetMessage } from 'amqplib';
import { PeekRefusedError } from '../../errors.js';
import type { RawMessage } from '../message.js';
import { replyCode, replyCodes } from './amqp-errors.js';
import { AmqpMessage } from './amqp-message.js';
import type { AmqpNames } from './amqp-names.js';
import type { ManagementQueue } from './rabbitmq-management.js';
import type { Purge, QueueDepth } from './transport.js';

export interface AmqpQueuesOptions {
  readonly names: AmqpNames;
  /** Whether messages may be taken and given back to look at them. */
  readonly peek: boolean;
  /** Runs work on a channel of its own, which the broker may close. */
  readonly onChannel: <T>(work: (channel: Channel) => Promise<T>) => Promise<T>;
  /** Every queue of the virtual host; null when nobody can tell. */
  readonly list: () => Promise<readonly ManagementQueue[] | null>;
}

interface Declared {
  readonly messages: number;
  readonly consumers: number;
}

/** Passive declarations under way at the same time. */
const concurrency = 8;
/** Milliseconds for which a queue that was missing is not asked for again: each time is an error in the broker's log. */
const missingFor = 5_000;
const maxMissing = 1_000;
/** More queues than this are not a cluster's but an accident's. */
const maxQueues = 10_000;

const kinds: ReadonlyMap<string, QueueDepth['kind']> = new Map([
  ['classic', 'classic'],
  ['quorum', 'quorum'],
  ['stream', 'stream'],
]);

export class AmqpQueues {
  readonly #options: AmqpQueuesOptions;
  /** Since when, by `performance.now()`. */
  readonly #missing = new Map<string, number>();

  constructor(options: AmqpQueuesOptions) {
    this.#options = options;
  }

  async names(): Promise<readonly string[]> {
    const queues = await this.#options.list();
    return (queues ?? [])
      .map(({ name }) => name)
      .filter((name) => !this.#options.names.isInternal(name))
      .sort()
      .slice(0, maxQueues);
  }

  async depths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    const list = await this.#options.list();
    const listed = list && new Map(list.map((queue) => [queue.name, queue]));
    const declared = await this.#declareAll(names, (name) => {
      if (listed === null) return true;
      const queue = listed.get(name);
      // One that is not there, or that belongs to somebody's connection, is not to be declared.
      return queue !== undefined && queue.exclusive !== true;
    });
    return names.map((name) => {
      const depth = depthOf(name, declared.get(name) ?? null, listed?.get(name) ?? null);
      // One that there is not holds nothing, and that is known for certain.
      return listed === null || listed.has(name) ? depth : { ...depth, unacknowledged: 0 };
    });
  }

  /** Tasks that RabbitMQ holds until their ETA; null without a list of queues. */
  async delayed(): Promise<number | null> {
    const list = await this.#options.list();
    if (list === null) return null;
    const names = list.map(({ name }) => name).filter((name) => this.#options.names.isDelayed(name));
    const declared = await this.#declareAll(names, () => true);
    return names.reduce((sum, name) => sum + (declared.get(name)?.messages ?? 0), 0);
  }

  /**
   * AMQP cannot look without taking: the messages are marked as redelivered, and workers do not see them meanwhile.
   * @throws PeekRefusedError where that is not allowed, or might lose messages.
   */
  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    if (!this.#options.peek)
      throw new PeekRefusedError(
        queue,
        'RabbitMQ can only show messages by taking them and giving them back; start with --amqp-peek true to allow that',
      );
    const listed = (await this.#options.list())?.find(({ name }) => name === queue);
    if (listed === undefined)
      throw new PeekRefusedError(queue, 'without the management API its kind is not known');
    if (listed.type !== 'classic')
      throw new PeekRefusedError(
        queue,
        `a ${listed.type ?? 'strange'} queue counts every look as a delivery, and may drop the message`,
      );
    return this.#options.onChannel(async (channel) => {
      const taken: GetMessage[] = [];
      try {
        while (taken.length < count) {
          const message = await channel.get(queue);
          if (message === false) break;
          taken.push(message);
        }
      } finally {
        if (taken.length > 0) channel.nackAll(true);
      }
      return taken.map((message) => new AmqpMessage(message));
    });
  }

  /** A queue that belongs to somebody's connection is nobody else's. */
  async has(queue: string): Promise<boolean> {
    return !this.#options.names.isInternal(queue) && (await this.#declare(queue)) !== null;
  }

  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    const waiting = (await this.#declare(queue))?.messages ?? 0;
    if (waiting !== expectedMessages || waiting === 0)
      return { purged: waiting === expectedMessages, messages: waiting };
    const { messageCount } = await this.#options.onChannel((channel) => channel.purgeQueue(queue));
    return { purged: true, messages: messageCount };
  }

  async #declareAll(
    names: readonly string[],
    wanted: (name: string) => boolean,
  ): Promise<ReadonlyMap<string, Declared>> {
    const declared = new Map<string, Declared>();
    const waiting = names.filter((name) => wanted(name) && !this.#isMissing(name)).reverse();
    const work = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const answer = await this.#declare(name);
        if (answer !== null) declared.set(name, answer);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, waiting.length) }, work));
    return declared;
  }

  /** Null for a queue that there is not, or that may not be declared. */
  async #declare(name: string): Promise<Declared | null> {
    try {
      const { messageCount, consumerCount } = await this.#options.onChannel((channel) =>
        channel.checkQueue(name),
      );
      this.#missing.delete(name);
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      const code = replyCode(error);
      if (code !== replyCodes.notFound && code !== replyCodes.resourceLocked) throw error;
      if (this.#missing.size >= maxMissing) this.#missing.clear();
      this.#missing.set(name, performance.now());
      return null;
    }
  }

  #isMissing(name: string): boolean {
    const since = this.#missing.get(name);
    return since !== undefined && performance.now() - since < missingFor;
  }
}

/** @param declared exact; @param listed a few seconds old, and null without the management API */
function depthOf(name: string, declared: Declared | null, listed: ManagementQueue | null): QueueDepth {
  const messages = declared?.messages ?? listed?.messages_ready ?? 0;
  const timestamp = listed?.head_message_timestamp;
  return {
    name,
    messages,
    messagesByPriority: listed === null && messages > 0 ? null : byPriority(messages, listed),
    unacknowledged: listed?.messages_unacknowledged ?? null,
    consumers: declared?.consumers ?? listed?.consumers ?? 0,
    oldestTaskId: null, // not without taking it
    oldestSentAt: typeof timestamp === 'number' && messages > 0 ? timestamp * 1000 : null,
    kind: listed === null ? null : (kinds.get(listed.type ?? '') ?? null),
  };
}

/** Only a queue that was declared with `x-max-priority` knows priorities; any other serves all messages alike. */
function byPriority(messages: number, listed: ManagementQueue | null): QueueDepth['messagesByPriority'] {
  if (messages === 0) return [];
  const lengths = listed?.backing_queue_status?.priority_lengths;
  if (!lengths) {
    const prioritised = typeof listed?.arguments?.['x-max-priority'] === 'number';
    return prioritised ? null : [{ priority: 0, messages }];
  }
  const split = Object.entries(lengths).map(([priority, count]) => ({
    priority: Number(priority),
    messages: count,
  }));
  // A split from before the latest messages would not add up.
  const total = split.reduce((sum, step) => sum + step.messages, 0);
  return total === messages ? split.filter((step) => step.messages > 0) : null;
}
