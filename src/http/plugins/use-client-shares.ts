/** Holds every client to its share of operations a second, over all transports; members of a batch count each. */
import { GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import { limitError } from '../../graphql/limits/limit-error.js';
import type { HttpAnswer } from '../../graphql/limits/limit-error.js';
import type { Context } from '../../graphql/context.js';
import type { ClientShares } from '../client-shares.js';
import type { ServerContext } from '../server-context.js';
import { restPrefix } from '../routes/rest-path.js';

const tooLarge = { status: 413 };

export function useClientShares(maxBatch: number, shares: ClientShares): Plugin<Context, ServerContext> {
  return {
    onRequest({ url, serverContext, fetchAPI, endResponse }) {
      serverContext.arrivedBy = 'HTTP';
      try {
        shares.take(serverContext.caller);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        endResponse(answer(fetchAPI, error, url.pathname.startsWith(restPrefix)));
      }
    },
    onRequestParse({ serverContext }) {
      return {
        onRequestParseDone({ requestParserResult }) {
          if (!Array.isArray(requestParserResult)) return;
          const { length } = requestParserResult;
          if (length > maxBatch) {
            const message = `The batch has ${length} operations; no more than ${maxBatch} are allowed`;
            throw limitError(message, tooLarge);
          }
          if (length > 1) shares.take(serverContext.caller, length - 1);
        },
      };
    },
    onParse({ context }) {
      const { arrivedBy, caller } = context as unknown as ServerContext;
      if (arrivedBy === undefined) shares.take(caller); // over WebSocket there was no request to count
    },
  };
}

/** In the form of the errors of this path. */
function answer(
  { Response }: FetchAPI,
  { message, extensions }: GraphQLError,
  isRest: boolean,
): Response {
  const { code, http } = extensions as { code: string; http: HttpAnswer };
  const body = isRest ? { error: { code, message } } : { errors: [{ message, extensions: { code } }] };
  return new Response(JSON.stringify(body), {
    status: http.status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...http.headers },
  });
}
