/** The TTLs in force in a cache whose TTLs follow how often its values change. */
import type { AdaptiveTtlExample, AdaptiveTtlReport } from '../cache/cache-stats.js';
import { builder } from './builder.js';
import { AdaptiveTtlReasonEnum } from './enums.js';

const AdaptiveTtlExampleType = builder.objectRef<AdaptiveTtlExample>('AdaptiveTtlExample').implement({
  description: 'The TTL of one key, and why.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Of the cache; its beginning, if it is long.' }),
    ttlSeconds: t.exposeFloat('ttlSeconds', { description: 'In force since its last load.' }),
    changesPerSecond: t.exposeFloat('changesPerSecond', { description: 'As estimated from its loads.' }),
    reason: t.expose('reason', { type: AdaptiveTtlReasonEnum }),
  }),
});

export const AdaptiveTtlType = builder.objectRef<AdaptiveTtlReport>('AdaptiveTtl').implement({
  description:
    "TTLs that follow how often values change, between a quarter and five times the cache's own.",
  fields: (t) => ({
    acceptedOutOfDatePercent: t.exposeFloat('acceptedOutOfDatePercent', {
      description: 'The share of its life for which a value may be out of date, 0-100.',
    }),
    keys: t.exposeInt('keys', { description: 'Keys whose loads are remembered.' }),
    minTtlSeconds: t.exposeFloat('minTtlSeconds', {
      nullable: true,
      description: 'The shortest in force; null before the first load.',
    }),
    maxTtlSeconds: t.exposeFloat('maxTtlSeconds', {
      nullable: true,
      description: 'The longest in force; null before the first load.',
    }),
    examples: t.field({
      type: [AdaptiveTtlExampleType],
      description: 'The keys that were loaded last, ten at most.',
      resolve: ({ examples }) => examples,
    }),
  }),
});
