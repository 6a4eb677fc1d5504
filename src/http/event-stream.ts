/**
 * GraphQL over server-sent events, in the "distinct connections mode" of graphql-sse: one request for each operation, an
 * event `next` for each item, and `complete` when the operation has ended. A stream that the gateway has to give up
 * ends without `complete`: clients take that for an interruption and connect again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import type { Logger } from '../log.js';
import { Rounds } from './connections/rounds.js';
import { startIdOf } from './subscriptions/event-ids.js';
import { itemEvent } from './subscriptions/item-bytes.js';

/** Milliseconds after which an `EventSource` connects again, unless its page says otherwise. */
const retry = 1_000;
/** Milliseconds between two comments, so that proxies do not take a quiet stream for a dead one. */
const pingInterval = 12_000;

const ping = Buffer.from(':\n\n');
/** The empty data lets the event reach the listeners of an EventSource. */
const complete = Buffer.from('event: complete\ndata:\n\n');

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no', // nginx would keep events back until its buffer is full
} as const;

export interface EventStreamOptions {
  /** Aborted when the gateway stops. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  /** One for all streams. */
  readonly pings: Rounds;
}

/** When streams are pinged. */
export const eventStreamPings = (): Rounds => new Rounds(pingInterval);

/** The response of a stream, as Yoga's listener for Node sends it. */
export function eventStreamResponse(
  items: AsyncIterable<ExecutionResult>,
  { fetchAPI, ...options }: EventStreamOptions & { readonly fetchAPI: FetchAPI },
): Response {
  const response = new fetchAPI.Response(null, { headers });
  // Bytes that many subscribers share are written as they are, which a ReadableStream does not do.
  return Object.defineProperty(response, 'body', { value: new EventStream(items, options) });
}

/** A body that writes itself: as much of a Node stream as the listener uses. */
export class EventStream {
  readonly #items: AsyncIterator<ExecutionResult>;
  readonly #options: EventStreamOptions;
  #stopPings: (() => void) | undefined;
  #isDestroyed = false;

  constructor(items: AsyncIterable<ExecutionResult>, options: EventStreamOptions) {
    this.#items = items[Symbol.asyncIterator]();
    this.#options = options;
  }

  /** By which the listener knows a Node stream. */
  read(): null {
    return null;
  }

  pipe(response: ServerResponse): ServerResponse {
    this.#stopPings = this.#options.pings.add(() => {
      if (!response.writableNeedDrain) response.write(ping);
    });
    void this.#write(response); // it does not reject
    return response;
  }

  /** Called when the connection has closed, or the response was written. */
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#stopPings?.();
    this.#items.return?.().catch(() => undefined); // it ends, and is read by no client
  }

  async #write(response: ServerResponse): Promise<void> {
    const { stopping, log } = this.#options;
    // Some browsers report the response only when something of its body has come.
    response.write(beginOf(response.req));
    try {
      for (;;) {
        const item = await this.#items.next();
        if (this.#isDestroyed) return;
        if (item.done === true) break;
        if (!response.write(itemEvent(item.value))) await drained(response);
      }
      if (!stopping.aborted) response.write(complete);
    } catch (error) {
      log.error('event stream failed', { error }); // an interruption, too
    }
    this.#isDestroyed = true;
    this.#stopPings?.();
    response.end();
  }
}

/** With the id after which a client continues whose connection breaks before the first item. */
function beginOf(request: IncomingMessage): string {
  const id = startIdOf(request);
  return id === undefined ? `retry: ${retry}\n\n` : `id: ${id}\nretry: ${retry}\n\n`;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.off('drain', end).off('close', end);
      resolve();
    };
    response.on('drain', end).on('close', end);
  });
}
