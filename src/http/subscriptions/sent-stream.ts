/** Sends the items of a subscription over WebSocket. graphql-ws would write each of them for each subscriber. */
import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import { itemMessage } from './item-bytes.js';

const asText = { binary: false } as const;
const ended = { done: true, value: undefined } as const;

/** What graphql-ws iterates instead of the items: it brings none, and ends when they have ended. */
export class SentStream implements AsyncIterableIterator<never> {
  readonly #items: AsyncIterator<ExecutionResult>;
  /** Of the operation. */
  readonly #id: string;
  readonly #socket: WebSocket;
  #hasReturned = false;

  constructor(items: AsyncIterable<ExecutionResult>, id: string, socket: WebSocket) {
    this.#items = items[Symbol.asyncIterator]();
    this.#id = id;
    this.#socket = socket;
  }

  async next(): Promise<IteratorResult<never, undefined>> {
    for (;;) {
      const item = await this.#items.next();
      if (item.done === true || this.#hasReturned) return ended;
      const socket = this.#socket;
      if (socket.readyState === socket.OPEN) socket.send(itemMessage(item.value, this.#id), asText);
    }
  }

  async return(): Promise<IteratorResult<never, undefined>> {
    this.#hasReturned = true;
    await this.#items.return?.();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
