/**
 * GraphQL over server-sent events, in the "distinct connections mode" of graphql-sse: one request for each operation, an
 * event `next` for each item, and `complete` when the operation has ended. A stream that the gateway has to give up
 * ends without `complete`: clients take that for an interruption and connect again.
 */
import type { ExecutionResult } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import type { Logger } from '../log.js';
import { shownResult } from './shown-result.js';

/** Milliseconds after which an `EventSource` connects again, unless its page says otherwise. */
const retry = 1_000;
/** Milliseconds between two comments, so that proxies do not take a quiet stream for a dead one. */
const pingInterval = 12_000;

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no', // nginx would keep events back until its buffer is full
} as const;

export interface EventStreamOptions {
  readonly fetchAPI: FetchAPI;
  /** Aborted when the gateway stops. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

export function eventStreamResponse(
  items: AsyncIterable<ExecutionResult>,
  { fetchAPI, stopping, log }: EventStreamOptions,
): Response {
  const iterator = items[Symbol.asyncIterator]();
  const encoder = new fetchAPI.TextEncoder();
  let pings: NodeJS.Timeout | undefined;
  const body = new fetchAPI.ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text));
      // Some browsers report the response only when something of its body has come.
      write(`retry: ${retry}\n\n`);
      pings = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) write(':\n\n');
      }, pingInterval).unref();
    },
    async pull(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text));
      const item = await iterator.next().catch((error: unknown) => {
        // An interruption, too; the rejection of a pull would end the process.
        log.error('event stream failed', { error });
        return null;
      });
      if (item !== null && item.done !== true) {
        write(`event: next\ndata: ${JSON.stringify(shownResult(item.value))}\n\n`);
        return;
      }
      clearInterval(pings);
      // The empty data lets the event reach the listeners of an EventSource.
      if (item !== null && !stopping.aborted) write('event: complete\ndata:\n\n');
      controller.close();
    },
    async cancel() {
      clearInterval(pings);
      await iterator.return?.();
    },
  });
  return new fetchAPI.Response(body, { headers });
}
