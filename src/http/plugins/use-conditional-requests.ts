/**
 * Conditional requests, for GET and HEAD on GraphQL and REST alike: an answer that the client has already is not sent
 * again. Whether it has is decided when the operation has been executed: what has changed is always sent.
 */
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import { slices } from '../../slices.js';
import { entityTag, questionDigest } from '../conditional/entity-tag.js';
import { formatHttpDate } from '../conditional/http-date.js';
import { LastChanges } from '../conditional/last-changes.js';
import { isUnchanged } from '../conditional/preconditions.js';
import type { ServerContext } from '../server-context.js';

/** About two megabytes. */
const maxQuestions = 10_000;

/** Headers by which answers of the same address differ: their form, whose they are, and which pages may read them. */
const variedBy = ['Accept', 'Authorization', 'Origin'];

export interface ConditionalRequestsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Names of the headers in which a proxy says who the user is. */
  readonly identityHeaders: readonly string[];
}

export function useConditionalRequests({
  clock,
  identityHeaders,
}: ConditionalRequestsOptions): Plugin<Context, ServerContext> {
  const vary = [...variedBy, ...identityHeaders].join(', ');
  const changes = new LastChanges({ maxQuestions, clock });
  return {
    onRequest({ serverContext }) {
      serverContext.arrivedAt = performance.now();
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
      response.headers.set('etag', tag);
      response.headers.set('vary', vary);
      if (changedAt !== null) response.headers.set('last-modified', formatHttpDate(changedAt));
      const control = cacheControl(serverContext);
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

/**
 * How long a browser may keep it without asking; null leaves what every answer says, which is not at all: figures that
 * come from no cache are those of the moment.
 */
function cacheControl({
  answered,
  responseCacheStatus,
  arrivedAt = performance.now(),
}: ServerContext): string | null {
  const ttl = responseCacheStatus?.leastTtl ?? null;
  if (ttl === null) return null;
  // A client that bypasses the caches must never be answered from its own cache.
  if (answered?.hasErrors || responseCacheStatus?.isBypassed) return 'private, no-cache';
  // Events drop it here as soon as it is wrong, and do not reach the browser.
  if (responseCacheStatus?.dropsOnEvents) return 'private, no-cache';
  // What was read first has grown older while the rest was read.
  const elapsed = Math.round((performance.now() - arrivedAt) / 1_000);
  return `private, max-age=${Math.max(0, Math.floor(ttl / 1_000) - elapsed)}`;
}
