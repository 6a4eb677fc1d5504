/**
 * Gives every refusal a body that says why, in the form of all others: Yoga answers what is none of its business with
 * an empty one.
 */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { refusalResponse } from '../error-response.js';
import type { Refusal } from '../error-response.js';

const refusals: Readonly<Record<number, Refusal>> = {
  404: { code: 'NOT_FOUND', message: 'There is nothing at this path; the API is at /graphql' },
  405: { code: 'METHOD_NOT_ALLOWED', message: 'The method is not allowed here' },
  406: {
    code: 'NOT_ACCEPTABLE',
    message: 'Accept one of application/graphql-response+json, application/json, text/event-stream',
  },
  413: { code: 'LIMIT_EXCEEDED', message: 'The request is too large' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send application/json' },
};
const other: Refusal = { code: 'BAD_REQUEST', message: 'The request was refused' };

export function useTypedRefusals(): Plugin {
  return {
    onRequestParse({ request: { method }, requestParser, setRequestParser }) {
      if (!requestParser || method !== 'GET') return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          // `variables` or `extensions` of a URL; Yoga itself reports those of a body.
          throw new GraphQLError('variables and extensions must be JSON', {
            extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
          });
        }
      });
    },
    onResponse({ request, response, setResponse, fetchAPI }) {
      const { status, headers } = response;
      if (status < 400 || headers.has('content-type')) return;
      const refusal = { ...(refusals[status] ?? other), status };
      setResponse(refusalResponse(fetchAPI, refusal, headers, new URL(request.url).pathname));
    },
  };
}

/** Yoga's own errors: a wrong method has a code of its own, and the JSON parser quotes the body, which may hold a secret. */
export function typedRefusal(error: GraphQLError): GraphQLError {
  const { originalError, ...extensions } = error.extensions;
  const isWrongMethod = extensions.http?.status === 405;
  if (originalError === undefined && !isWrongMethod) return error;
  if (isWrongMethod) extensions['code'] = 'METHOD_NOT_ALLOWED';
  // Without `originalError`, Yoga would leave out a status that is said to be the specification's.
  return new GraphQLError(error.message, {
    extensions: { ...extensions, http: { ...extensions.http, spec: false } },
  });
}
