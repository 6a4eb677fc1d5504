/**
 * The REST routes: each is an operation of the schema and a shape for its answer, in snake_case. Caches, errors and
 * headers are those of the operation.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName } from '../cache/cache-defaults.js';
import { sumOf } from '../celery/cluster-summary.js';
import { BadUserInputError } from '../errors.js';
import {
  CacheStatsDocument,
  HealthDocument,
  InvalidateCacheDocument,
  MetricsSummaryDocument,
  QueuesDocument,
  TaskStatusDocument,
  WorkersStatusDocument,
} from '../generated/operations.js';
import type { CacheName as CacheNameEnum, CacheStatsReportFragment } from '../generated/operations.js';

export interface RestRoute {
  readonly method: 'GET' | 'POST';
  readonly document: TypedDocumentNode;
  /** @throws BadUserInputError when a parameter is outside what the route accepts. */
  readonly variables: (query: URLSearchParams) => Record<string, unknown>;
  readonly shape: (data: unknown) => { readonly body: unknown; readonly status?: number };
}

function route<Data, Variables extends Record<string, unknown>>(definition: {
  method?: 'GET' | 'POST';
  document: TypedDocumentNode<Data, Variables>;
  variables?: (query: URLSearchParams) => Variables;
  shape: (data: Data) => unknown;
  status?: (data: Data) => number;
}): RestRoute {
  const { method = 'GET', document, variables, shape, status } = definition;
  return {
    method,
    document: document as unknown as TypedDocumentNode,
    variables: variables ?? (() => ({})),
    // The data is what the document asked for, since this very document was executed.
    shape: (data) => ({ body: shape(data as Data), ...(status && { status: status(data as Data) }) }),
  };
}

const prefix = '/api/v1/celery';

export const restRoutes: Readonly<Record<string, RestRoute>> = {
  [`${prefix}/tasks/status`]: route({
    document: TaskStatusDocument,
    variables: (query) => includedIn(query.get('include')),
    shape: ({ taskStatus }) => ({
      timestamp: now(),
      ...snakeCase(taskStatus),
      counts: Object.fromEntries((taskStatus?.counts ?? []).map(({ state, count }) => [state, count])),
    }),
  }),
  [`${prefix}/workers/status`]: route({
    document: WorkersStatusDocument,
    shape: ({ total, online, workers }) => ({
      timestamp: now(),
      total,
      online,
      workers: snakeCase(workers ?? []),
    }),
  }),
  [`${prefix}/queues/status`]: route({
    document: QueuesDocument,
    shape: ({ queues }) => ({
      timestamp: now(),
      total_messages: sumOf((queues ?? []).map(({ messages }) => messages ?? null)),
      queues: snakeCase(queues),
    }),
  }),
  [`${prefix}/metrics/summary`]: route({
    document: MetricsSummaryDocument,
    variables: (query) => {
      const text = query.get('window_seconds');
      if (text === null) return {};
      if (!/^\d{1,9}$/.test(text))
        throw new BadUserInputError('window_seconds must be a whole number of seconds');
      return { windowSeconds: Number(text) };
    },
    shape: ({ metricsSummary }) => ({ timestamp: now(), ...snakeCase(metricsSummary) }),
  }),
  [`${prefix}/health`]: route({
    document: HealthDocument,
    shape: ({ health }) => ({ timestamp: now(), ...snakeCase(health) }),
    status: ({ health }) => (health.status === 'DOWN' ? 503 : 200),
  }),
  [`${prefix}/cache/stats`]: route({
    document: CacheStatsDocument,
    shape: ({ cacheStats }) => shapeCacheStats(cacheStats),
  }),
  [`${prefix}/cache/invalidate`]: route({
    method: 'POST',
    document: InvalidateCacheDocument,
    variables: (query) => {
      const keyPrefix = query.get('key_prefix');
      return {
        ...(query.has('cache_name') && { name: cacheNameOf(query.get('cache_name') ?? '') }),
        ...(keyPrefix !== null && { keyPrefix }),
      };
    },
    shape: ({ invalidateCache: { invalidated, caches } }) => ({
      timestamp: now(),
      invalidated,
      caches: caches.map((name) => name.toLowerCase()),
    }),
  }),
};

/** What the route leaves out unless it is asked for: both commands can break a worker. */
const included = ['reserved', 'scheduled'] as const;

function includedIn(list: string | null): Partial<Record<(typeof included)[number], boolean>> {
  const names = new Set((list ?? '').split(',').filter((name) => name !== ''));
  const known = included.filter((name) => names.delete(name));
  if (names.size > 0)
    throw new BadUserInputError(`include must be a list of ${included.join(', ')}, joined by commas`);
  return Object.fromEntries(known.map((name) => [name, true]));
}

function shapeCacheStats({ timestamp, caches, summary }: CacheStatsReportFragment): unknown {
  const byName = caches.map(({ name, ...figures }) => [name.toLowerCase(), snakeCase(figures)] as const);
  return { timestamp, caches: Object.fromEntries(byName), summary: snakeCase(summary) };
}

function cacheNameOf(text: string): CacheNameEnum {
  const name = text.toLowerCase();
  if (!isCacheName(name))
    throw new BadUserInputError(`cache_name must be one of ${cacheNames.join(', ')}`);
  return name.toUpperCase() as CacheNameEnum; // the enum's values are the names in upper case
}

function isCacheName(name: string): name is CacheName {
  return cacheNames.some((known) => known === name);
}

function now(): string {
  return new Date().toISOString();
}

/** Keys from camelCase to snake_case, all the way down; GraphQL's own `__typename` never gets here. */
function snakeCase(value: unknown): Record<string, unknown> {
  return convert(value) as Record<string, unknown>;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      convert(item),
    ]),
  );
}
