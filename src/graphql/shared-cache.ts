/** What the replicas of a gateway share of their caches, and what each of them counts. */
import type { CacheName } from '../cache/cache-defaults.js';
import type { CacheCounters } from '../cache/cache-stats.js';
import type { CacheTotals, ReplicaReport, SharedCacheStats } from '../cache/shared/shared-stats.js';
import { builder } from './builder.js';
import { BreakerStateEnum, CacheNameEnum, SharedCacheStatusEnum } from './enums.js';

/** Those of a cache that can be added up. */
const counters = {
  hits: 'Answered from memory without waiting.',
  misses: 'Every other ordinary read.',
  bypasses: 'Reads that asked for a new value.',
  loads: 'Times that the cluster was asked, and has answered or failed to.',
  found: 'Answers that another replica had loaded.',
  loadFailures: 'Loads that failed.',
  discarded: 'Loaded or found values that were not kept.',
  sets: 'Values stored in memory.',
  evictions: 'Live entries that left because there was no room.',
  expirations: 'Entries that were dead when they left.',
  invalidations: 'Live entries removed by an invalidation.',
} as const satisfies Partial<Record<keyof CacheCounters, string>>;

export const CacheTotalsType = builder.objectRef<CacheTotals>('CacheTotals').implement({
  description:
    'Counters of one cache, of one replica or of all in sum. They begin at 0 with each replica.',
  fields: (t) => {
    const counter = (name: keyof typeof counters) =>
      t.float({ description: counters[name], resolve: (totals) => totals[name] });
    return {
      name: t.field({
        type: CacheNameEnum,
        resolve: ({ name }) => name as CacheName, // replicas share with those of their own version only
      }),
      hits: counter('hits'),
      misses: counter('misses'),
      bypasses: counter('bypasses'),
      loads: counter('loads'),
      found: counter('found'),
      loadFailures: counter('loadFailures'),
      discarded: counter('discarded'),
      sets: counter('sets'),
      evictions: counter('evictions'),
      expirations: counter('expirations'),
      invalidations: counter('invalidations'),
    };
  },
});

export const CacheReplica = builder.objectRef<ReplicaReport>('CacheReplica').implement({
  description: 'One process of the gateway that shares its cache.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'New with each start.' }),
    hostname: t.exposeString('hostname'),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    seenAt: t.expose('seenAt', {
      type: 'DateTime',
      description: 'When it last told of itself: at least every 5 seconds, and forgotten after 15.',
    }),
    self: t.exposeBoolean('self', { description: 'Whether it is the one that answers.' }),
    caches: t.field({ type: [CacheTotalsType], resolve: ({ caches }) => caches }),
  }),
});

const CacheBreaker = builder.objectRef<SharedCacheStats['breaker']>('CacheBreaker').implement({
  description: 'Whether Redis is asked at all: not while it is known to be away.',
  fields: (t) => ({
    state: t.expose('state', { type: BreakerStateEnum }),
    since: t.expose('since', { type: 'DateTime' }),
    opens: t.exposeFloat('opens', { description: 'How often Redis was lost.' }),
  }),
});

export const SharedCacheType = builder.objectRef<SharedCacheStats>('SharedCache').implement({
  description: 'The second level, in Redis, as this replica sees it. Counters only grow.',
  fields: (t) => ({
    status: t.expose('status', { type: SharedCacheStatusEnum }),
    message: t.exposeString('message'),
    address: t.exposeString('address', { description: 'Without credentials.' }),
    listening: t.exposeBoolean('listening', {
      description: 'Whether invalidations on other replicas are heard.',
    }),
    breaker: t.field({ type: CacheBreaker, resolve: ({ breaker }) => breaker }),
    hits: t.exposeFloat('hits', { description: 'Values found there.' }),
    misses: t.exposeFloat('misses', { description: 'Looked for and not there: this replica loaded.' }),
    stored: t.exposeFloat('stored', {}),
    fenced: t.exposeFloat('fenced', {
      description: 'Loaded values that were not stored there: invalidated meanwhile, or overtaken.',
    }),
    unreadable: t.exposeFloat('unreadable', {
      description: 'Values that could not be written or read: too large, or of another version.',
    }),
    waits: t.exposeFloat('waits', { description: 'Waits for a load of another replica.' }),
    lockTimeouts: t.exposeFloat('lockTimeouts', {
      description: 'Waits given up: this replica loaded for itself.',
    }),
    invalidationsSent: t.exposeFloat('invalidationsSent', {}),
    invalidationsReceived: t.exposeFloat('invalidationsReceived', {}),
    errors: t.exposeFloat('errors', { description: 'Commands that failed.' }),
    timeouts: t.exposeFloat('timeouts', { description: 'Commands that were not answered in time.' }),
    bytesRaw: t.exposeFloat('bytesRaw', { description: 'Of all values written, uncompressed.' }),
    bytesStored: t.exposeFloat('bytesStored', { description: 'Of the same, as they were written.' }),
  }),
});
