/**
 * Queues on RabbitMQ. A passive declaration returns exactly how many messages wait and who consumes; names, kinds
 * and what is unacknowledged only the management API knows, where there is one, and up to five seconds late.
 */
import type { Channel, GetMessage } from 'amqplib';
import { GatewayError, PeekRefusedError, PurgeImpossibleError, TimeoutError } from '../../../errors.js';
import { sumOf } from '../../cluster-summary.js';
import type { RawMessage } from '../../messages/message.js';
import { isTransientQueue } from '../../queues/queue-memory.js';
import { amqpReason, replyCode, replyCodes } from './amqp-errors.js';
import { AmqpMessage } from './amqp-message.js';
import type { AmqpNames } from './amqp-names.js';
import { UnansweredError } from './amqp-questions.js';
import { deadReason, depthOf, isDoubtful, wasUsed, withoutDoubt } from './amqp-queue-state.js';
import type { Declared } from './amqp-queue-state.js';
import type { ManagementQueue } from './rabbitmq-management.js';
import type { Purge, QueueDepth } from '../transport.js';

export interface AmqpQueuesOptions {
  readonly names: AmqpNames;
  /** Whether messages may be taken and given back to look at them. */
  readonly peek: boolean;
  /**
   * Runs work about a queue on a channel of its own, which the broker may close, or never answer on.
   * @param what is being done, for the error when it takes longer than `timeout` milliseconds
   */
  readonly ask: <T>(
    queue: string,
    what: string,
    work: (channel: Channel) => Promise<T>,
    timeout: number,
  ) => Promise<T>;
  /** Runs work that takes messages: where it does not end, the connection is closed, which gives them back. */
  readonly takeFrom: <T>(work: (channel: Channel) => Promise<T>) => Promise<T>;
  /**
   * Removes the waiting messages; resolves to their number.
   * @throws PurgeImpossibleError where RabbitMQ cannot, TimeoutError where it does not answer
   */
  readonly purge: (queue: string) => Promise<number>;
  /** Milliseconds that the last round trip to RabbitMQ took; null before the first. */
  readonly roundTrip: () => number | null;
  /** Every queue of the virtual host; null without the management API. */
  readonly list: () => Promise<readonly ManagementQueue[] | null>;
}

/** Passive declarations under way at the same time. */
const concurrency = 8;
/** Milliseconds until a queue counts as one that does not answer. */
const patience = 1_000;
/**
 * Milliseconds for each of the others, once a queue of the same request has not answered; more on a slow link, where
 * opening a channel and the question take two round trips.
 */
const shortPatience = 100;
const roundTrips = 4;
/** Milliseconds for which a queue that was refused is not asked for again: each time is an error in the broker's log. */
const refusedFor = 5_000;
const maxRefused = 1_000;
/** Milliseconds for which the last list is used for the kinds of queues. */
const listedFor = 60_000;
/** More queues than this are not a cluster's but an accident's. */
const maxQueues = 10_000;
/** RabbitMQ's words, with the code of a missing queue, for a classic queue whose node is down. */
const nodeDown = /home node .* is down or inaccessible/;

type List = ReadonlyMap<string, ManagementQueue>;

export class AmqpQueues {
  readonly #options: AmqpQueuesOptions;
  /** Queues that RabbitMQ refused to describe, since when by `performance.now()`, and what that means. */
  readonly #refused = new Map<string, { readonly at: number; readonly answer: Declared }>();
  #lastList: List = new Map();
  #listedAt = -Infinity;

  constructor(options: AmqpQueuesOptions) {
    this.#options = options;
  }

  async names(): Promise<readonly string[]> {
    const list = await this.#list();
    return [...(list?.values() ?? [])]
      .filter((queue) => !this.#options.names.isInternal(queue.name) && !isTransientQueue(queue))
      .map(({ name }) => name)
      .sort()
      .slice(0, maxQueues);
  }

  async depths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#depths(names, await this.#list());
  }

  /** Tasks that RabbitMQ holds until their ETA; null without a list of queues, or if a part of them is unknown. */
  async delayed(): Promise<number | null> {
    const list = await this.#list();
    if (list === null) return null;
    const names = [...list.keys()].filter((name) => this.#options.names.isDelayed(name));
    const depths = await this.#depths(names, list);
    return sumOf(depths.map(({ messages }) => messages));
  }

  /**
   * AMQP cannot look without taking: the messages are marked as redelivered, and workers do not see them meanwhile.
   * @throws PeekRefusedError where that is not allowed, or might lose messages.
   */
  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    if (!this.#options.peek)
      throw new PeekRefusedError(
        queue,
        'RabbitMQ can show messages only by taking and returning them; start with --amqp-peek true to allow that',
      );
    const listed = (await this.#list())?.get(queue);
    if (listed === undefined)
      throw new PeekRefusedError(queue, 'its kind is unknown without the management API');
    if (listed.type !== 'classic')
      throw new PeekRefusedError(
        queue,
        `a ${listed.type ?? 'strange'} queue counts every peek as a delivery, and may drop the message`,
      );
    const { answer } = await this.#declare(queue, patience);
    if (answer.kind !== 'declared')
      throw new PeekRefusedError(
        queue,
        answer.kind === 'missing' ? 'there is no such queue' : answer.reason,
      );
    return this.#options.takeFrom((channel) => takeAndGiveBack(channel, queue, count));
  }

  /** A queue that belongs to another connection cannot be used by anyone else. */
  async has(queue: string): Promise<boolean> {
    if (this.#options.names.isInternal(queue)) return false;
    const { answer, code } = await this.#declare(queue, patience);
    return answer.kind !== 'missing' && code !== replyCodes.resourceLocked;
  }

  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    const { answer } = await this.#declare(queue, patience);
    const list = await this.#list(); // after the answer, of which it says whether it is true
    const declared = withoutDoubt(answer, this.#listed(queue, list), list !== null);
    if (declared.kind === 'unknown')
      throw new PurgeImpossibleError(
        queue,
        `how many messages wait in it is unknown: ${declared.reason}`,
      );
    const waiting = declared.kind === 'missing' ? 0 : declared.messages;
    if (waiting !== expectedMessages || waiting === 0)
      return { purged: waiting === expectedMessages, messages: waiting };
    return { purged: true, messages: await this.#options.purge(queue) };
  }

  async #list(): Promise<List | null> {
    const queues = await this.#options.list();
    if (queues === null) return null;
    const list = new Map(queues.map((queue) => [queue.name, queue]));
    this.#lastList = list;
    this.#listedAt = performance.now();
    return list;
  }

  /** Also from a list of a short while ago, where there is none now: a queue's kind does not change. */
  #listed(name: string, list: List | null): ManagementQueue | null {
    if (list !== null) return list.get(name) ?? null;
    const isRecent = performance.now() - this.#listedAt < listedFor;
    return isRecent ? (this.#lastList.get(name) ?? null) : null;
  }

  async #depths(names: readonly string[], list: List | null): Promise<readonly QueueDepth[]> {
    const known = new Map<string, Declared | null>();
    for (const name of names) {
      const answer = list === null ? undefined : withoutAsking(list.get(name));
      if (answer !== undefined) known.set(name, answer);
    }
    const declared = await this.#declareAll(names.filter((name) => !known.has(name)));
    const drained = [...declared].some(
      ([name, answer]) => isDoubtful(answer, list?.get(name) ?? null) && wasUsed(list?.get(name)),
    );
    // A leader may have died between the list and the answers.
    const later = drained ? await this.#list() : list;
    return names.map((name) => {
      const answer = known.get(name) ?? declared.get(name) ?? null;
      return depthOf(
        name,
        answer && withoutDoubt(answer, this.#listed(name, later), later !== null),
        later?.get(name) ?? null,
      );
    });
  }

  async #declareAll(names: readonly string[]): Promise<ReadonlyMap<string, Declared>> {
    const declared = new Map<string, Declared>();
    const waiting = [...names].reverse();
    let timeout = patience;
    const work = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const { answer, isLate } = this.#recentRefusal(name) ?? (await this.#declare(name, timeout));
        if (isLate) timeout = this.#shortPatience;
        declared.set(name, answer);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, waiting.length) }, work));
    return declared;
  }

  get #shortPatience(): number {
    const measured = (this.#options.roundTrip() ?? Infinity) * roundTrips;
    return Math.min(patience, Math.max(shortPatience, measured));
  }

  #recentRefusal(name: string): Answer | null {
    const refused = this.#refused.get(name);
    const isRecent = refused !== undefined && performance.now() - refused.at < refusedFor;
    return isRecent ? { answer: refused.answer, code: null, isLate: false } : null;
  }

  async #declare(name: string, timeout: number): Promise<Answer> {
    try {
      const { messageCount: messages, consumerCount: consumers } = await this.#options.ask(
        name,
        `RabbitMQ's answer about the queue ${name}`,
        (channel) => channel.checkQueue(name),
        timeout,
      );
      this.#refused.delete(name);
      return { answer: { kind: 'declared', messages, consumers }, code: null, isLate: false };
    } catch (error) {
      if (error instanceof TimeoutError || error instanceof UnansweredError)
        return { answer: unknown(error.message), code: null, isLate: error instanceof TimeoutError };
      const code = replyCode(error);
      if (code === null || !refusals.has(code)) throw error;
      const reason = amqpReason(error instanceof GatewayError ? error.cause : error);
      const isMissing = code === replyCodes.notFound && !nodeDown.test(reason);
      const answer: Declared = isMissing ? { kind: 'missing' } : unknown(reason);
      if (this.#refused.size >= maxRefused) this.#refused.clear();
      this.#refused.set(name, { at: performance.now(), answer });
      return { answer, code, isLate: false };
    }
  }
}

interface Answer {
  readonly answer: Declared;
  /** AMQP's reply code of a refusal. */
  readonly code: number | null;
  /** Whether the whole time was waited. */
  readonly isLate: boolean;
}

/** They concern the one queue only. */
const refusals: ReadonlySet<number> = new Set([
  replyCodes.notFound,
  replyCodes.accessRefused,
  replyCodes.resourceLocked,
]);

function unknown(reason: string): Declared {
  return { kind: 'unknown', reason };
}

/**
 * What a list of all queues says already: one that is not in it does not exist, a dead one does not answer, and of one
 * that belongs to another connection only the list shows (null). Undefined for all others.
 */
function withoutAsking(listed: ManagementQueue | undefined): Declared | null | undefined {
  if (listed === undefined) return { kind: 'missing' };
  const reason = deadReason(listed);
  if (reason !== null) return unknown(reason);
  return listed.exclusive === true ? null : undefined;
}

async function takeAndGiveBack(
  channel: Channel,
  queue: string,
  count: number,
): Promise<readonly RawMessage[]> {
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
}
