/** Sends the items of a subscription as server-sent events, and refuses a client that does not accept these. */
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../../log.js';
import { refusalResponse } from '../error-response.js';
import type { Refusal } from '../error-response.js';
import { eventStreamPings, eventStreamResponse } from '../event-stream.js';

const contentType = 'text/event-stream';
const notAcceptable: Refusal = {
  code: 'NOT_ACCEPTABLE',
  message: `A subscription over HTTP is sent as ${contentType}: accept that, or subscribe over WebSocket`,
};

/** What Yoga's adapter to Node adds. */
interface NodeContext {
  readonly res?: ServerResponse;
}

/** @param stopping aborted when the gateway stops */
export function useEventStreams(stopping: AbortSignal, log: Logger): Plugin<object, NodeContext> {
  const pings = eventStreamPings();
  return {
    onResultProcess({ result, resultProcessor, setResultProcessor, serverContext }) {
      if (!isStream(result)) return;
      const isAccepted = resultProcessor !== undefined;
      const hasLeft = serverContext.res?.destroyed === true;
      setResultProcessor((_result, fetchAPI) => {
        if (isAccepted && !hasLeft)
          return eventStreamResponse(result, { fetchAPI, stopping, log, pings });
        result[Symbol.asyncIterator]()
          .return?.()
          .catch(() => undefined); // it ends, and is read by no client
        return refusalResponse(fetchAPI, notAcceptable, { accept: contentType });
      }, contentType);
    },
  };
}

function isStream(result: object | undefined): result is AsyncIterable<ExecutionResult> {
  return result !== undefined && Symbol.asyncIterator in result;
}
