/**
 * Questions about queues, each on a channel that nothing else uses meanwhile. The broker closes a channel with an error,
 * and never answers on it where the process of a classic queue is gone or a quorum queue has lost its majority: that
 * costs the question, not the connection.
 */
import type { Channel } from 'amqplib';
import { withDeadline } from '../../../timers.js';
import { GatewayError, TimeoutError } from '../../../errors.js';

/** RabbitMQ has not answered an earlier question about the same queue, or too many about others. */
export class UnansweredError extends GatewayError {
  readonly code = 'TIMEOUT';
}

export interface AmqpQuestionsOptions {
  readonly open: () => Promise<Channel>;
}

/** Channels that may wait for an answer that never comes. RabbitMQ allows 2,047 for a connection. */
const maxUnanswered = 100;

export class AmqpQuestions {
  readonly #open: () => Promise<Channel>;
  /** Channels that nothing uses at the moment. */
  readonly #idle: Channel[] = [];
  /** Queues about which a question timed out and is still not answered. */
  readonly #unanswered = new Set<string>();

  constructor({ open }: AmqpQuestionsOptions) {
    this.#open = open;
  }

  /**
   * @param timeout milliseconds
   * @throws TimeoutError when no answer came in time, UnansweredError when there is no use in asking
   */
  async ask<T>(
    queue: string,
    what: string,
    work: (channel: Channel) => Promise<T>,
    timeout: number,
  ): Promise<T> {
    if (this.#unanswered.has(queue))
      throw new UnansweredError('RabbitMQ has not answered an earlier request about it');
    if (this.#unanswered.size >= maxUnanswered)
      throw new UnansweredError(`RabbitMQ has not answered requests about ${maxUnanswered} queues`);
    const answer = this.onChannel(work);
    try {
      return await withDeadline(answer, timeout, what);
    } catch (error) {
      if (error instanceof TimeoutError) this.#waitFor(queue, answer);
      throw error;
    }
  }

  #waitFor(queue: string, answer: Promise<unknown>): void {
    this.#unanswered.add(queue);
    const settled = (): void => void this.#unanswered.delete(queue);
    answer.then(settled, settled);
  }

  /** Without a deadline. */
  async onChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = this.#idle.pop() ?? (await this.#open());
    const result = await work(channel);
    this.#idle.push(channel);
    return result;
  }
}
