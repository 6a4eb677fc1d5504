/** What the replicas of a gateway share of their caches, and what each of them counts. */
import type { CacheName } from '../../cache/cache-defaults.js';
import { cacheTotalsRows, mapNames } from '../../cache/cache-counters.js';
import { sharedCounterNames, sharedCounters } from '../../cache/shared/shared-counters.js';
import type { CacheTotals, ReplicaReport, SharedCacheStats } from '../../cache/shared/shared-stats.js';
import { builder } from '../builder.js';
import { BreakerStateEnum, CacheNameEnum, SharedCacheStatusEnum } from '../enums.js';

export const CacheTotalsType = builder.objectRef<CacheTotals>('CacheTotals').implement({
  description:
    'Counters of one cache, for one replica or summed over all replicas. They start at 0 when a replica starts.',
  fields: (t) => ({
    name: t.field({
      type: CacheNameEnum,
      description: 'Name of the cache.',
      resolve: ({ name }) => name as CacheName, // replicas share with those of their own version only
    }),
    ...Object.fromEntries(
      cacheTotalsRows.map(([name, description]) => [
        name,
        t.float({ description, resolve: (totals) => totals[name] }),
      ]),
    ),
  }),
});

export const CacheReplica = builder.objectRef<ReplicaReport>('CacheReplica').implement({
  description: 'A gateway process that uses the shared cache.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the process; new with each start.' }),
    hostname: t.exposeString('hostname', { description: 'Name of the host that runs the process.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'When the process was started.',
    }),
    seenAt: t.expose('seenAt', {
      type: 'DateTime',
      description:
        'When the replica last reported: at least every 5 seconds; it is removed from the list after 15 seconds without a report.',
    }),
    self: t.exposeBoolean('self', {
      description: 'Whether this is the replica that answers the query.',
    }),
    caches: t.field({
      type: [CacheTotalsType],
      description: 'Counters of each cache of the process.',
      resolve: ({ caches }) => caches,
    }),
  }),
});

const CacheBreaker = builder.objectRef<SharedCacheStats['breaker']>('CacheBreaker').implement({
  description:
    'Circuit breaker in front of Redis: no requests are sent while Redis is known to be unavailable.',
  fields: (t) => ({
    state: t.expose('state', {
      type: BreakerStateEnum,
      description: 'Whether requests are sent to Redis.',
    }),
    changedAt: t.expose('since', {
      type: 'DateTime',
      description: 'When the circuit breaker entered this state.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description: 'When the circuit breaker entered this state.',
      deprecationReason: 'Use `changedAt`.',
    }),
    opens: t.exposeFloat('opens', {
      description: 'How often the breaker opened because Redis became unavailable.',
    }),
  }),
});

export const SharedCacheType = builder.objectRef<SharedCacheStats>('SharedCache').implement({
  description: 'The second cache level, in Redis, as this replica sees it. Counters never decrease.',
  fields: (t) => ({
    status: t.expose('status', {
      type: SharedCacheStatusEnum,
      description: 'Whether replicas share their cached answers.',
    }),
    message: t.exposeString('message', { description: 'The status in words, with its reason.' }),
    address: t.exposeString('address', { description: 'Address of Redis, without credentials.' }),
    listening: t.exposeBoolean('listening', {
      description: 'Whether this replica receives the invalidations of other replicas.',
    }),
    breaker: t.field({
      type: CacheBreaker,
      description: 'The circuit breaker in front of Redis.',
      resolve: ({ breaker }) => breaker,
    }),
    ...mapNames(sharedCounterNames, (name) =>
      t.float({ description: sharedCounters[name], resolve: (stats) => stats[name] }),
    ),
  }),
});
