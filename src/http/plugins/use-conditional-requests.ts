/**
 * Conditional requests, for GET and HEAD on GraphQL and REST alike: an answer that the client has already is not sent
 * again. Whether it has is decided when the operation has been executed: what has changed is always sent.
 */
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import { slices } from '../../slices.js';
import { cacheControl, validatorHeaders } from '../conditional/answer-headers.js';
import type { Freshness } from '../conditional/answer-headers.js';
import { entityTag, questionDigest } from '../conditional/entity-tag.js';
import type { ConditionalAnswers } from '../conditional/conditional-answers.js';
import { isUnchanged } from '../conditional/preconditions.js';
import type { ServerContext } from '../server-context.js';

export function useConditionalRequests({
  changes,
  vary,
  durationClock,
}: ConditionalAnswers): Plugin<Context, ServerContext> {
  return {
    onRequest({ serverContext }) {
      serverContext.arrivedAt = durationClock();
    },
    async onExecutionResult({ result, request, context }) {
      if (request.method !== 'GET' || result === undefined || !('data' in result)) return;
      const { params, caller } = context;
      const { query, operationName, variables } = params;
      const path = new URL(request.url).pathname;
      const asked = { path, query, operationName, variables, viewer: caller.viewer };
      const question = questionDigest(asked);
      const hasErrors = (result.errors?.length ?? 0) > 0;
      const tag = await slices.run(entityTag(question, result));
      context.answered = { question, tag, hasErrors };
    },
    onResponse({ request, response, serverContext, setResponse, fetchAPI }) {
      const { answered } = serverContext;
      if (!answered || response.status !== 200 || !isWhole(response)) return;
      const { question, tag } = answered;
      const changedAt = changes.note(question, tag);
      for (const [name, value] of validatorHeaders({ tag, changedAt }, vary))
        response.headers.set(name, value);
      const control = cacheControl(freshnessOf(durationClock(), serverContext));
      if (control !== null) response.headers.set('cache-control', control);
      if (!isUnchanged(request.headers, { tag, changedAt }, changes.now)) return;
      const headers = [...response.headers].filter(([name]) => !ofBody.has(name.toLowerCase()));
      setResponse(new fetchAPI.Response(null, { status: 304, headers }));
    },
  };
}

const ofBody: ReadonlySet<string> = new Set(['content-type', 'content-length']);

/** An event stream goes on: what it says is not known yet. */
function isWhole({ headers }: Response): boolean {
  return /json/.test(headers.get('content-type') ?? '');
}

function freshnessOf(
  now: number,
  { answered, responseCacheStatus: status, arrivedAt = now }: ServerContext,
): Freshness {
  return {
    leastTtl: status?.leastTtl ?? null,
    elapsed: now - arrivedAt,
    // A client that bypasses the caches must never be answered from its own cache. What events drop here as soon as it is
    // wrong stays in the browser's.
    isForOnce:
      answered?.hasErrors === true || status?.isBypassed === true || status?.dropsOnEvents === true,
  };
}
