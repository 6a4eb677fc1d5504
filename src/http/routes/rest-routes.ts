/**
 * The REST routes: each is an operation of the schema, a shape for its answer, in snake_case, and the JSON Schema of that
 * shape. Caches, errors and headers are those of the operation.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { cacheNames } from '../../cache/cache-defaults.js';
import { sumOf } from '../../celery/cluster-summary.js';
import { ListCutError } from '../../errors.js';
import {
  CacheStatsDocument,
  HealthDocument,
  InvalidateCacheDocument,
  MetricsSummaryDocument,
  QueuesDocument,
  TaskStatusDocument,
  WorkersStatusDocument,
} from '../../generated/operations.js';
import type { CacheStatsReportFragment } from '../../generated/operations.js';
import { allOf, asObject, memberOf, objectOf, without } from './json-schema.js';
import type { JsonSchema, ObjectSchema } from './json-schema.js';
import { cacheName, cluster, include, keyPrefix, useCache, windowSeconds } from './rest-parameters.js';
import type { RestParameters } from './rest-parameters.js';
import { snakeCase } from './snake-case.js';

export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
  readonly document: TypedDocumentNode;
  readonly parameters: RestParameters;
  readonly shape: (data: unknown) => {
    readonly body: unknown;
    readonly status?: number;
    /** For a list of which the answer has one page: it says so. */
    readonly errors?: readonly ListCutError[];
  };
  /** The schema of what `shape` makes of data, by that of the data. */
  readonly schema: (data: Readonly<Record<string, JsonSchema>>) => ObjectSchema;
  /** Statuses other than 200 with which the body is an answer of this shape. */
  readonly otherStatuses: readonly number[];
}

function route<Data, Variables extends Record<string, unknown>>(definition: {
  method?: 'GET' | 'POST';
  summary: string;
  document: TypedDocumentNode<Data, Variables>;
  parameters: RestParameters<NoInfer<Partial<Variables>>>;
  shape: (data: Data) => unknown;
  schema: RestRoute['schema'];
  status?: (data: Data) => number;
  otherStatuses?: readonly number[];
  /** The connection that the answer is a page of. */
  cut?: (data: Data) => Page | null;
}): RestRoute {
  const {
    method = 'GET',
    summary,
    document,
    parameters,
    shape,
    schema,
    status,
    cut,
    otherStatuses = [],
  } = definition;
  return {
    method,
    summary,
    document: document as unknown as TypedDocumentNode,
    parameters,
    // The data is what the document asked for, since this very document was executed.
    shape: (data) => ({
      body: shape(data as Data),
      ...(status && { status: status(data as Data) }),
      errors: cutErrors(cut?.(data as Data) ?? null),
    }),
    schema,
    otherStatuses,
  };
}

interface Page {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly nodes: readonly unknown[];
}

function cutErrors(page: Page | null): readonly ListCutError[] {
  if (page === null || !page.pageInfo.hasNextPage) return [];
  return [new ListCutError('members', page.totalCount, page.nodes.length)];
}

export const restRoot = '/api/v1/celery';

const timestamp: JsonSchema = {
  type: 'string',
  format: 'date-time',
  description: 'When the gateway wrote this answer.',
};

/** A parameter that every route takes, and one that each route takes that reads through a cache. */
const read = { cluster, use_cache: useCache };

export const restRoutes: Readonly<Record<string, RestRoute>> = {
  [`${restRoot}/tasks/status`]: route({
    summary: 'How many tasks there are, by state, worker and name.',
    document: TaskStatusDocument,
    parameters: { ...read, include },
    shape: ({ taskStatus }) => ({
      timestamp: now(),
      ...snakeCase(taskStatus),
      counts: Object.fromEntries((taskStatus?.counts ?? []).map(({ state, count }) => [state, count])),
    }),
    schema: ({ task_status }) => {
      const status = asObject(task_status);
      const { count = {} } = asObject(memberOf(status.properties['counts'])).properties;
      const description = 'Number of tasks by state.';
      const counts: JsonSchema = { type: 'object', description, additionalProperties: count };
      return allOf(objectOf({ timestamp }), status, objectOf({ counts }));
    },
  }),
  [`${restRoot}/workers/status`]: route({
    summary: 'What workers report of themselves.',
    document: WorkersStatusDocument,
    parameters: read,
    shape: ({ total, online, workers }) => ({
      timestamp: now(),
      total,
      online,
      workers: (workers?.nodes ?? []).map(withoutId),
    }),
    schema: ({ total = {}, online = {}, workers }) =>
      objectOf({
        timestamp,
        total,
        online: {
          ...online,
          description: 'Number of workers with status ONLINE; null, with an error, if unknown.',
        },
        workers: { type: 'array', items: without('id', asObject(memberOf(nodesOf(workers)))) },
      }),
    cut: ({ workers }) => workers,
  }),
  [`${restRoot}/queues/status`]: route({
    summary: 'What waits in the queues, and who takes it.',
    document: QueuesDocument,
    parameters: read,
    shape: ({ queues }) => ({
      timestamp: now(),
      total_messages: sumOf((queues?.nodes ?? []).map(({ messages }) => messages ?? null)),
      queues: queues?.nodes.map(withoutId) ?? null,
    }),
    schema: ({ queues }) => {
      const description =
        'Messages that wait in all queues; null if the number is unknown for one of them.';
      return objectOf({
        timestamp,
        total_messages: { type: ['integer', 'null'], description },
        queues: { type: 'array', items: without('id', asObject(memberOf(nodesOf(queues)))) },
      });
    },
    cut: ({ queues }) => queues,
  }),
  [`${restRoot}/metrics/summary`]: route({
    summary: 'What the cluster did in a window of time, and how loaded it is.',
    document: MetricsSummaryDocument,
    parameters: { ...read, window_seconds: windowSeconds },
    shape: ({ metricsSummary }) => ({ timestamp: now(), ...snakeCase(metricsSummary) }),
    schema: ({ metrics_summary }) => allOf(objectOf({ timestamp }), asObject(metrics_summary)),
  }),
  [`${restRoot}/health`]: route({
    summary: 'Whether the answers of the gateway are reliable.',
    document: HealthDocument,
    parameters: read,
    shape: ({ health }) => ({ timestamp: now(), ...snakeCase(health) }),
    schema: ({ health }) => allOf(objectOf({ timestamp }), asObject(health)),
    status: ({ health }) => (health?.status === 'DOWN' ? 503 : 200),
    otherStatuses: [503],
  }),
  [`${restRoot}/cache/stats`]: route({
    summary: 'Figures of the caches.',
    document: CacheStatsDocument,
    parameters: { cluster },
    shape: ({ cacheStats }) => cacheStats && shapeCacheStats(cacheStats),
    schema: ({ cache_stats }) => {
      const report = asObject(cache_stats);
      const figures = without('name', asObject(memberOf(report.properties['caches'])));
      const caches = objectOf(Object.fromEntries(cacheNames.map((name) => [name, figures])));
      return allOf(report, objectOf({ caches }));
    },
  }),
  [`${restRoot}/cache/invalidate`]: route({
    method: 'POST',
    summary: 'Forgets cached answers.',
    document: InvalidateCacheDocument,
    parameters: { cluster, cache_name: cacheName, key_prefix: keyPrefix },
    shape: ({ invalidateCache }) => ({
      timestamp: now(),
      invalidated: invalidateCache?.invalidated,
      caches: invalidateCache?.caches.map((name) => name.toLowerCase()),
    }),
    schema: ({ invalidate_cache }) => {
      const caches: JsonSchema = { type: 'array', items: { type: 'string', enum: cacheNames } };
      return allOf(objectOf({ timestamp }), asObject(invalidate_cache), objectOf({ caches }));
    },
  }),
};

/** Ids are for the normalised caches of GraphQL clients. */
function withoutId(node: { readonly id: string }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(snakeCase(node)).filter(([name]) => name !== 'id'));
}

function shapeCacheStats({
  timestamp: at,
  caches,
  summary,
  keptAnswers,
}: CacheStatsReportFragment): unknown {
  const byName = caches.map(({ name, ...figures }) => [name.toLowerCase(), snakeCase(figures)] as const);
  return {
    timestamp: at,
    caches: Object.fromEntries(byName),
    summary: snakeCase(summary),
    kept_answers: keptAnswers && snakeCase(keptAnswers),
  };
}

function now(): string {
  return new Date().toISOString();
}

/** How an answer begins that says when it was given. */
const stamp = /^\{"timestamp":"[^"]*"/;

/** The body without its beginning, which `newStamp` writes; null where it does not say when it was given. */
export function withoutStamp(body: string): string | null {
  const found = stamp.exec(body);
  return found && body.slice(found[0].length);
}

export function newStamp(): string {
  return `{"timestamp":"${now()}"`;
}

/** The list of a connection that can be null. */
function nodesOf(connection: JsonSchema | undefined): JsonSchema | undefined {
  return asObject(connection).properties['nodes'];
}
