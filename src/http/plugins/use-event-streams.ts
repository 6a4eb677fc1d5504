/** Sends the items of a subscription as server-sent events, and refuses a client that does not accept these. */
import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../../log.js';
import { refusalResponse } from '../error-response.js';
import type { Refusal } from '../error-response.js';
import { eventStreamResponse } from '../event-stream.js';

const contentType = 'text/event-stream';
const notAcceptable: Refusal = {
  code: 'NOT_ACCEPTABLE',
  message: `A subscription over HTTP is sent as ${contentType}: accept that, or subscribe over WebSocket`,
};

/** @param stopping aborted when the gateway stops */
export function useEventStreams(stopping: AbortSignal, log: Logger): Plugin {
  return {
    onResultProcess({ result, resultProcessor, setResultProcessor }) {
      if (!isStream(result)) return;
      const isAccepted = resultProcessor !== undefined;
      setResultProcessor((_result, fetchAPI) => {
        if (isAccepted) return eventStreamResponse(result, { fetchAPI, stopping, log });
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
