/** The caches themselves: statistics, invalidation, and a stream of the statistics. None of it is cached. */
import type { CacheName } from '../cache/cache-defaults.js';
import type {
  CacheAdvice,
  CacheStats,
  CacheStatsReport,
  CacheStatsSummary,
} from '../cache/cache-stats.js';
import { AdaptiveTtlType } from './adaptive-ttl-type.js';
import { builder, clusterField } from './builder.js';
import { clusterFields } from './cluster-type.js';
import { CacheReplica, CacheTotalsType, SharedCacheType } from './shared-cache.js';
import { sumOf } from '../cache/shared/replica-reports.js';
import { CacheAdviceKindEnum, CacheNameEnum } from './enums.js';
import { intervalArg, intervalMs } from './subscriptions/interval.js';

const CacheAdviceType = builder.objectRef<CacheAdvice>('CacheAdvice').implement({
  description: 'A finding about a cache, with the numbers behind it.',
  fields: (t) => ({
    kind: t.expose('kind', { type: CacheAdviceKindEnum }),
    message: t.exposeString('message', { description: 'What was found, and what helps.' }),
    value: t.exposeFloat('value', { description: 'What was measured.' }),
    threshold: t.exposeFloat('threshold', { description: 'What it is held against.' }),
  }),
});

export const counters = {
  size: 'Live entries.',
  maxSize: 'Entries that it may hold.',
  hits: 'Answered from memory without waiting, stale ones included.',
  misses: 'Every other ordinary read.',
  totalRequests: 'Hits and misses: reads, of which one request of a client may need several.',
  reads: 'Every read: hits, misses and bypasses.',
  requests:
    'Operations of clients that read this cache and have ended: each counts once, however often it reads.',
  requestHits:
    'Of the requests, those of which every read of this cache was a hit: what `X-Cache` says where no other cache is read.',
  bypasses: 'Reads that asked for a new value: neither hit nor miss.',
  collapsed: 'Misses that joined a load already running.',
  staleHits: 'Hits on a value past its TTL, within the revalidation window.',
  refreshes: 'Loads started behind a stale hit.',
  prefetches: 'Loads started ahead of a reader.',
  prefetchesUsed: 'Of those, the ones that answered a reader, or that one came to wait for.',
  prefetchesWasted: 'Of those, the ones that failed, or whose value left before anybody read it.',
  loads: 'Times that the cluster was asked, and has answered or failed to.',
  found: 'Answers found in the shared cache: another replica had loaded them, no cluster was asked.',
  loadsRunning: 'Loads that have not ended.',
  loadFailures: 'Loads that failed; errors are never stored.',
  discarded: 'Loaded or found values that were not kept: invalidated meanwhile, or too large.',
  sets: 'Values stored.',
  replacements: 'Live entries overwritten.',
  evictions: 'Live entries that left because there was no room.',
  expirations: 'Entries that were dead when they left, however they left.',
  invalidations: 'Live entries removed by an invalidation: entries, not calls.',
  pushInvalidations: 'Of the invalidations, those of entries that an event of the cluster made wrong.',
  bytes: 'Rough size of all entries.',
} as const satisfies Partial<Record<keyof CacheStats, string>>;

const CacheStatsType = builder.objectRef<CacheStats>('CacheStats').implement({
  description: 'Figures of one cache. Counters only grow, also when the cache is cleared.',
  fields: (t) => {
    const counter = (name: keyof typeof counters) =>
      // Counters outgrow GraphQL's 32-bit Int within weeks of a busy gateway.
      t.float({ description: counters[name], resolve: (stats) => stats[name] });
    return {
      name: t.field({
        type: CacheNameEnum,
        resolve: ({ name }) => name as CacheName, // the registry names its caches by the rows of its table
      }),
      size: counter('size'),
      maxSize: counter('maxSize'),
      hits: counter('hits'),
      misses: counter('misses'),
      totalRequests: counter('totalRequests'),
      reads: counter('reads'),
      requests: counter('requests'),
      requestHits: counter('requestHits'),
      bypasses: counter('bypasses'),
      collapsed: counter('collapsed'),
      staleHits: counter('staleHits'),
      refreshes: counter('refreshes'),
      prefetches: counter('prefetches'),
      prefetchesUsed: counter('prefetchesUsed'),
      prefetchesWasted: counter('prefetchesWasted'),
      loads: counter('loads'),
      found: counter('found'),
      loadsRunning: counter('loadsRunning'),
      loadFailures: counter('loadFailures'),
      discarded: counter('discarded'),
      sets: counter('sets'),
      replacements: counter('replacements'),
      evictions: counter('evictions'),
      expirations: counter('expirations'),
      invalidations: counter('invalidations'),
      pushInvalidations: counter('pushInvalidations'),
      bytes: counter('bytes'),
      utilizationPercent: t.exposeFloat('utilizationPercent', { description: 'Of maxSize, 0-100.' }),
      hitRatePercent: t.exposeFloat('hitRatePercent', { description: 'Of totalRequests, 0-100.' }),
      ttlSeconds: t.exposeFloat('ttlSeconds', { description: 'How long an answer counts as fresh.' }),
      adaptiveTtl: t.field({
        type: AdaptiveTtlType,
        nullable: true,
        description:
          'The TTLs in force where they follow how often values change; null where they do not.',
        resolve: ({ adaptiveTtl }) => adaptiveTtl,
      }),
      advice: t.field({
        type: [CacheAdviceType],
        description: 'What the figures call for; empty when nothing.',
        resolve: ({ advice }) => advice,
      }),
    };
  },
});

const CacheStatsSummaryType = builder.objectRef<CacheStatsSummary>('CacheStatsSummary').implement({
  description: 'Sums over the caches of a report.',
  fields: (t) => ({
    totalHits: t.exposeFloat('totalHits', {}),
    totalMisses: t.exposeFloat('totalMisses', {}),
    totalRequests: t.exposeFloat('totalRequests', {}),
    overallHitRatePercent: t.exposeFloat('overallHitRatePercent', {
      description: '0-100, each cache by its requests.',
    }),
  }),
});

const CacheStatsReportType = builder.objectRef<CacheStatsReport>('CacheStatsReport').implement({
  description: 'Figures of the caches at one moment.',
  fields: (t) => ({
    cluster: t.id(clusterField),
    timestamp: t.field({ type: 'DateTime', resolve: ({ timestamp }) => timestamp.getTime() }),
    caches: t.field({ type: [CacheStatsType], resolve: ({ caches }) => caches }),
    summary: t.field({ type: CacheStatsSummaryType, resolve: ({ summary }) => summary }),
    sharedCache: t.field({
      type: SharedCacheType,
      nullable: true,
      description: 'What this replica shares with others; null when that is not configured.',
      resolve: ({ shared }) => shared?.stats ?? null,
    }),
    replicas: t.field({
      type: [CacheReplica],
      nullable: true,
      description:
        'What each replica counts, oldest first: this one alone while Redis is away; null when nothing is shared.',
      resolve: ({ shared }) => shared?.replicas() ?? null,
    }),
    allReplicas: t.field({
      type: [CacheTotalsType],
      nullable: true,
      description: 'The sum over the replicas, by cache; null when nothing is shared.',
      resolve: async ({ shared }) => (shared === null ? null : sumOf(await shared.replicas())),
    }),
  }),
});

interface Invalidation {
  readonly invalidated: number;
  readonly caches: readonly CacheName[];
  readonly stats: CacheStatsReport;
  readonly everywhere: boolean | null;
}

const InvalidateCachePayload = builder.objectRef<Invalidation>('InvalidateCachePayload').implement({
  description: 'What was forgotten.',
  fields: (t) => ({
    invalidated: t.exposeInt('invalidated', { description: 'Live entries that were removed.' }),
    caches: t.field({
      type: [CacheNameEnum],
      description: 'The caches addressed.',
      resolve: ({ caches }) => caches,
    }),
    stats: t.field({
      type: CacheStatsReportType,
      description: 'All caches, afterwards.',
      resolve: ({ stats }) => stats,
    }),
    everywhere: t.exposeBoolean('everywhere', {
      nullable: true,
      description:
        'Whether the shared cache has confirmed it; while Redis is away it is told as soon as it is back. Null when nothing is shared.',
    }),
  }),
});

const namesArg = { description: 'Only these caches; all of them by default.' } as const;

/** No names, and no list, both mean every cache. */
function chosen(names: readonly CacheName[] | null | undefined): readonly CacheName[] | undefined {
  return names && names.length > 0 ? [...new Set(names)] : undefined;
}

clusterFields((t) => ({
  cacheStats: t.field({
    type: CacheStatsReportType,
    description: 'Figures of the caches now; never themselves cached.',
    args: { names: t.arg({ type: [CacheNameEnum], ...namesArg }) },
    resolve: (_root, { names }, { caches }) => caches.report(chosen(names)),
  }),
}));

builder.mutationFields((t) => ({
  invalidateCache: t.field({
    type: InvalidateCachePayload,
    authScopes: { operator: true },
    description:
      'Forgets cached answers, so that the next read asks the cluster. A load already running is not kept.',
    args: {
      name: t.arg({ type: CacheNameEnum, description: 'One cache; all of them by default.' }),
      keyPrefix: t.arg.string({
        description: 'Only entries whose key begins so; all of them by default.',
      }),
    },
    resolve: async (_root, { name, keyPrefix }, { caches }) => {
      const target = { name: name ?? undefined, keyPrefix: keyPrefix ?? undefined };
      const answer = { ...caches.invalidate(target), stats: caches.report() };
      return { ...answer, everywhere: (await caches.shared?.confirmed()) ?? null };
    },
  }),
}));

builder.subscriptionFields((t) => ({
  cacheStats: t.field({
    type: CacheStatsReportType,
    description:
      'Figures of the caches: at once, then when something has changed, at most once per interval.',
    args: {
      names: t.arg({ type: [CacheNameEnum], ...namesArg }),
      intervalSeconds: t.arg.float(intervalArg),
    },
    subscribe: (_root, { names, intervalSeconds }, { caches }) =>
      caches.watch({ names: chosen(names), intervalMs: intervalMs(intervalSeconds) }),
    resolve: (report) => report,
  }),
}));
