/**
 * Makes kept answers of those that qualify: one query of the request was executed, without an error, its whole answer came
 * from fresh cache entries that are still there, and nothing beside them is in it (`CacheStatus.isLive`). See kept/.
 */
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { CacheStatus, CacheStatusRecord } from '../../cache/cache-status.js';
import type { Clusters } from '../../cluster/clusters.js';
import type { Caller, Context } from '../../graphql/context.js';
import type { OperationTally } from '../../prometheus/operation-tally.js';
import type { ClientShares } from '../client-shares.js';
import { hitHeaders } from '../cache-status-header.js';
import { cacheControl, validatorHeaders } from '../conditional/answer-headers.js';
import type { ConditionalAnswers } from '../conditional/conditional-answers.js';
import { isUnchanged } from '../conditional/preconditions.js';
import { KeptAnswer } from '../kept/kept-answer.js';
import type { Header, KeptAnswerParts, KeptRead } from '../kept/kept-answer.js';
import { newStamp, withoutStamp } from '../routes/rest-routes.js';
import type { ServerContext } from '../server-context.js';

export interface KeepingOptions {
  readonly clusters: Clusters;
  readonly conditional: ConditionalAnswers;
  readonly shares: Pick<ClientShares, 'mayTake' | 'take'>;
  readonly operations: Pick<OperationTally, 'ended'> | null;
}

/** What Yoga's adapter to Node adds. */
interface NodeContext {
  readonly res?: ServerResponse;
}

export function useKeptAnswers({
  clusters,
  conditional,
  shares,
  operations,
}: KeepingOptions): Plugin<Context, ServerContext & NodeContext> {
  return {
    onRequest({ serverContext }) {
      serverContext.executions = { queries: 0, others: 0, areWhole: true };
    },
    onExecute({ args }) {
      const { executions } = args.contextValue as Partial<ServerContext>;
      if (executions === undefined) return; // over WebSocket
      const { document, operationName } = args as ExecutionArgs;
      const operation = getOperationAST(document, operationName)?.operation;
      if (operation === OperationTypeNode.QUERY) executions.queries++;
      else executions.others++;
    },
    onExecutionResult({ result, context }) {
      const { executions } = context;
      if (executions === undefined) return;
      const isWhole = result !== undefined && 'data' in result && result.errors === undefined;
      executions.areWhole &&= isWhole;
    },
    async onResponse({ response, serverContext }) {
      const { keep, executions, responseCacheStatus: status, res } = serverContext;
      if (keep === undefined || res === undefined || status === undefined || response.status !== 200)
        return;
      // Event streams and what GraphQL over HTTP may add to them have no text to be kept.
      if (!isJson.test(response.headers.get('content-type') ?? '')) return;
      const { queries = 0, others = 0, areWhole = false } = executions ?? {};
      if (queries !== 1 || others > 0 || !areWhole || status.isLive || status.isBypassed) return;
      const reads = readsOf(status);
      if (reads === null) return;
      const revision = clusters.revision;
      const [first, ...rest] = reads;
      if (first === undefined) return;
      const { hit } = first;
      const isFresh = (now: number): boolean => clusters.revision === revision && hit.isFresh(now);
      const made = partsOf([{ ...first, hit: { ...hit, isFresh } }, ...rest], {
        status,
        text: await response.clone().text(),
        headers: headersOf(res, response),
        conditional,
        answered: serverContext.answered ?? null,
      });
      const mayTake = (caller: Caller): boolean => shares.mayTake(caller);
      const count = (caller: Caller, seconds: number): void => {
        shares.take(caller);
        operations?.ended('query', 'ok', seconds);
      };
      keep(new KeptAnswer({ ...made, mayTake, count }));
    },
  };
}

const isJson = /^application\/(?:json|graphql-response\+json)\b/;

/** Texts of which each character is a byte. */
const printable = /^[\x20-\x7e]*$/;

/** Null unless each was a hit on a fresh entry that is still there. */
function readsOf({ records }: CacheStatus): readonly KeptRead[] | null {
  const reads: KeptRead[] = [];
  for (const record of records) {
    const { path, cluster, cache, read, repeatable } = record;
    const { status, stale, collapsed, found } = read;
    const hit = status === 'HIT' && !stale ? repeatable?.() : null;
    if (!hit) return null;
    const named = { ...(cluster !== undefined && { cluster }), path, cache, status };
    const rest = { stale, collapsed, found };
    const before = `${JSON.stringify(named).slice(0, -1)},"age":`;
    if (!printable.test(before)) return null;
    reads.push({ hit, before, after: `,${JSON.stringify(rest).slice(1)}` });
  }
  return reads;
}

interface Answered {
  readonly status: CacheStatus;
  readonly text: string;
  readonly headers: readonly Header[];
  readonly conditional: ConditionalAnswers;
  /** Null where the method is not one of conditional requests. */
  readonly answered: ServerContext['answered'] | null;
}

function partsOf(
  reads: readonly KeptRead[],
  { status, text, headers, conditional, answered }: Answered,
): Omit<KeptAnswerParts, 'mayTake' | 'count'> {
  const { changes, vary } = conditional;
  const { dropsOnEvents } = status;
  // Answers of REST do not show the times.
  const shownTimes = `"extensions":${JSON.stringify({ cache: status.summary() })}}`;
  const showsTimes = text.endsWith(shownTimes);
  const timesAt = text.length - shownTimes.length;
  const unstamped = showsTimes ? null : withoutStamp(text);
  const head = showsTimes
    ? `${text.slice(0, timesAt)}"extensions":{"cache":{"status":"HIT","age":`
    : (unstamped ?? text);
  return {
    reads,
    countRequest: counting(status.records),
    headers: headers.filter(([name]) => !ofBody.has(name) && !(answered && ofCondition.has(name))),
    bodyHeaders: headers.filter(([name]) => name === 'content-type'),
    body: Buffer.from(head),
    showsTimes,
    opening: unstamped === null ? null : newStamp,
    addTimed: (shown, times, { headers: asked }: IncomingMessage) => {
      const hit = hitHeaders(times);
      shown.push('x-cache', hit['X-Cache'], 'x-cache-age', hit['X-Cache-Age']);
      shown.push('cache-status', hit['Cache-Status']);
      if (!answered) return false;
      const { question, tag } = answered;
      const changedAt = changes.note(question, tag);
      const control = cacheControl({ leastTtl: times.leastTtl, elapsed: 0, isForOnce: dropsOnEvents });
      for (const [name, value] of validatorHeaders({ tag, changedAt }, vary)) shown.push(name, value);
      if (control !== null) shown.push('cache-control', control);
      const validators = { get: (name: string) => asked[name]?.toString() ?? null };
      return isUnchanged(validators, { tag, changedAt }, changes.now);
    },
  };
}

const ofBody: ReadonlySet<string> = new Set(['content-type', 'content-length']);
/** Replaced where the answer has validators. */
const ofCondition: ReadonlySet<string> = new Set(['cache-control', 'vary']);

/** Those that the server has set for every answer, and those of this one. */
function headersOf(res: ServerResponse, response: Response): Header[] {
  const set = Object.entries(res.getHeaders()).flatMap(([name, value]): Header[] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const own = [...response.headers].map(([name, value]): Header => [name.toLowerCase(), value]);
  const owned = new Set(own.map(([name]) => name));
  return [...set.filter(([name]) => !owned.has(name)), ...own];
}

/** One call counts the operation as a hit in each cache that it read. */
function counting(records: readonly CacheStatusRecord[]): () => void {
  const counters = new Set(records.flatMap(({ counter }) => counter ?? []));
  return () => {
    for (const counter of counters) counter.countRequest(true);
  };
}
