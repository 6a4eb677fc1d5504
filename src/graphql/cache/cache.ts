/** The caches themselves: statistics, invalidation, and a stream of the statistics. None of it is cached. */
import type { CacheName } from '../../cache/cache-defaults.js';
import type { CacheAdvice } from '../../cache/cache-advice.js';
import type { CacheStats, CacheStatsReport, CacheStatsSummary } from '../../cache/cache-stats.js';
import type { ClusterView } from '../../cluster/cluster-view.js';
import { AdaptiveTtlType } from './adaptive-ttl-type.js';
import { builder, clusterField } from '../builder.js';
import { clusterFields } from '../cluster-type.js';
import { KeptAnswersType } from './kept-answers-type.js';
import { CacheReplica, CacheTotalsType, SharedCacheType } from './shared-cache.js';
import { cacheGaugeNames, cacheGauges } from '../../cache/cache-stats.js';
import { cacheCounterNames, cacheCounters, mapNames } from '../../cache/cache-counters.js';
import { sumOf } from '../../cache/shared/replica-reports.js';
import { CacheAdviceKindEnum, CacheNameEnum } from '../enums.js';
import { intervalArg, intervalMs } from '../subscriptions/interval.js';

const CacheAdviceType = builder.objectRef<CacheAdvice>('CacheAdvice').implement({
  description: 'A recommendation about a cache, with the measured value behind it.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: CacheAdviceKindEnum,
      description: 'What the recommendation is about.',
    }),
    message: t.exposeString('message', { description: 'What was measured, and how to improve it.' }),
    value: t.exposeFloat('value', { description: 'The measured value.' }),
    threshold: t.exposeFloat('threshold', {
      description: 'The threshold with which `value` is compared.',
    }),
  }),
});

/** What is there now; the other figures only grow, or are bytes. */
const cacheSizes: ReadonlySet<string> = new Set(['size', 'maxSize', 'loadsRunning']);

const CacheStatsType = builder.objectRef<CacheStats>('CacheStats').implement({
  description: 'Statistics of one cache. Counters never decrease, not even when the cache is cleared.',
  fields: (t) => ({
    name: t.field({
      type: CacheNameEnum,
      description: 'Name of the cache.',
      resolve: ({ name }) => name as CacheName, // the registry names its caches by the rows of its table
    }),
    // Counters outgrow GraphQL's 32-bit Int within weeks of a busy gateway.
    ...mapNames(cacheCounterNames, (name) =>
      t.float({ description: cacheCounters[name].description, resolve: (stats) => stats[name] }),
    ),
    ...mapNames(cacheGaugeNames, (name) =>
      t.field({
        type: cacheSizes.has(name) ? 'Int' : 'Float',
        description: cacheGauges[name],
        resolve: (stats) => stats[name],
      }),
    ),
    utilizationPercent: t.exposeFloat('utilizationPercent', {
      description: '`size` as a percentage of `maxSize`, 0-100.',
    }),
    hitRatePercent: t.exposeFloat('hitRatePercent', {
      description: '`hits` as a percentage of `totalRequests`, 0-100.',
    }),
    ttlSeconds: t.exposeFloat('ttlSeconds', {
      description: 'How long a value counts as fresh, in seconds.',
    }),
    adaptiveTtl: t.field({
      type: AdaptiveTtlType,
      nullable: true,
      description:
        'The TTLs in effect, if they adapt to how often values change; null if they are fixed.',
      resolve: ({ adaptiveTtl }) => adaptiveTtl,
    }),
    advice: t.field({
      type: [CacheAdviceType],
      description: 'Recommendations derived from the statistics; empty if there are none.',
      resolve: ({ advice }) => advice,
    }),
  }),
});

const CacheStatsSummaryType = builder.objectRef<CacheStatsSummary>('CacheStatsSummary').implement({
  description: 'Totals over the caches of a report.',
  fields: (t) => ({
    totalHits: t.exposeFloat('totalHits', { description: 'Hits of all caches.' }),
    totalMisses: t.exposeFloat('totalMisses', { description: 'Misses of all caches.' }),
    totalRequests: t.exposeFloat('totalRequests', { description: 'Hits plus misses of all caches.' }),
    overallHitRatePercent: t.exposeFloat('overallHitRatePercent', {
      description: 'Hit rate over all caches, weighted by their requests, 0-100.',
    }),
  }),
});

interface ReportParent extends CacheStatsReport {
  readonly view: ClusterView;
}

const CacheStatsReportType = builder.objectRef<ReportParent>('CacheStatsReport').implement({
  description: 'Statistics of the caches at one moment.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    measuredAt: t.field({
      type: 'DateTime',
      description: 'When the statistics were read.',
      resolve: ({ timestamp }) => timestamp.getTime(),
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When the statistics were read.',
      deprecationReason: 'Use `measuredAt`.',
      resolve: ({ timestamp }) => timestamp.getTime(),
    }),
    caches: t.field({
      type: [CacheStatsType],
      description: 'Statistics of each selected cache.',
      resolve: ({ caches }) => caches,
    }),
    summary: t.field({
      type: CacheStatsSummaryType,
      description: 'Totals over the selected caches.',
      resolve: ({ summary }) => summary,
    }),
    sharedCache: t.field({
      type: SharedCacheType,
      nullable: true,
      description: 'The shared cache as this replica sees it; null if no shared cache is configured.',
      resolve: ({ shared }) => shared?.stats ?? null,
    }),
    keptAnswers: t.field({
      type: KeptAnswersType,
      nullable: true,
      description:
        'Answers that the gateway process keeps, over all its clusters; null if it keeps none (`--kept-answers false`).',
      resolve: (_report, _args, { live }) => live().keptAnswers?.() ?? null,
    }),
    replicas: t.field({
      type: [CacheReplica],
      nullable: true,
      description:
        'Counters of each replica, oldest replica first; only this replica while Redis is unavailable; null if no shared cache is configured.',
      resolve: ({ shared }) => shared?.replicas() ?? null,
    }),
    allReplicas: t.field({
      type: [CacheTotalsType],
      nullable: true,
      description: 'Sums over the replicas, by cache; null if no shared cache is configured.',
      resolve: async ({ shared }) => (shared === null ? null : sumOf(await shared.replicas())),
    }),
  }),
});

interface Invalidation {
  readonly invalidated: number;
  readonly caches: readonly CacheName[];
  readonly stats: ReportParent;
  readonly everywhere: boolean | null;
}

const InvalidateCachePayload = builder.objectRef<Invalidation>('InvalidateCachePayload').implement({
  description: 'Result of an invalidation.',
  fields: (t) => ({
    invalidated: t.exposeInt('invalidated', {
      description: 'Number of live entries that were removed.',
    }),
    caches: t.field({
      type: [CacheNameEnum],
      description: 'The caches that were addressed.',
      resolve: ({ caches }) => caches,
    }),
    stats: t.field({
      type: CacheStatsReportType,
      description: 'Statistics of all caches after the invalidation.',
      resolve: ({ stats }) => stats,
    }),
    everywhere: t.exposeBoolean('everywhere', {
      nullable: true,
      description:
        'Whether the shared cache has confirmed the invalidation; while Redis is unavailable, the gateway sends the invalidation as soon as Redis is back. Null if no shared cache is configured.',
    }),
  }),
});

const namesArg = { description: 'Only these caches; default: all.' } as const;

/** No names, and no list, both mean every cache. */
function chosen(names: readonly CacheName[] | null | undefined): readonly CacheName[] | undefined {
  return names && names.length > 0 ? [...new Set(names)] : undefined;
}

clusterFields((t) => ({
  cacheStats: t.field({
    type: CacheStatsReportType,
    description: 'Current statistics of the caches; never cached.',
    args: { names: t.arg({ type: [CacheNameEnum], ...namesArg }) },
    resolve: (view, { names }) => ({ ...view.cluster.caches.report(chosen(names)), view }),
  }),
}));

builder.mutationFields((t) => ({
  invalidateCache: t.field({
    type: InvalidateCachePayload,
    authScopes: { operator: true },
    description:
      'Removes cached values, so that the next read asks the cluster. The result of a load that is already running is not stored.',
    args: {
      name: t.arg({ type: CacheNameEnum, description: 'Only this cache; default: all.' }),
      keyPrefix: t.arg.string({
        description: 'Only entries whose key begins with this; default: all.',
      }),
    },
    resolve: async (view, { name, keyPrefix }) => {
      const { caches } = view.cluster;
      const target = { name: name ?? undefined, keyPrefix: keyPrefix ?? undefined };
      const answer = { ...caches.invalidate(target), stats: { ...caches.report(), view } };
      return { ...answer, everywhere: (await caches.shared?.confirmed()) ?? null };
    },
  }),
}));

builder.subscriptionFields((t) => ({
  cacheStats: t.field({
    type: CacheStatsReportType,
    description:
      'Statistics of the caches: immediately, then after a change, at most once per interval.',
    args: {
      names: t.arg({ type: [CacheNameEnum], ...namesArg }),
      intervalSeconds: t.arg.float(intervalArg),
    },
    subscribe: ({ cluster: { caches } }, { names, intervalSeconds }) =>
      caches.watch({ names: chosen(names), intervalMs: intervalMs(intervalSeconds) }),
    resolve: (report, _args, { views }, { fieldName }) => ({
      ...report,
      view: views.subscribed(fieldName),
    }),
  }),
}));
