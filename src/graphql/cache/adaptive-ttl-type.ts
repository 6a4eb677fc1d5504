/** The TTLs in force in a cache whose TTLs follow how often its values change. */
import type { AdaptiveTtlExample, AdaptiveTtlReport } from '../../cache/cache-stats.js';
import { builder } from '../builder.js';
import { AdaptiveTtlReasonEnum } from '../enums.js';

const AdaptiveTtlExampleType = builder.objectRef<AdaptiveTtlExample>('AdaptiveTtlExample').implement({
  description: 'The TTL of one key, and the reason for it.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Key of the cache entry, cut if it is long.' }),
    ttlSeconds: t.exposeFloat('ttlSeconds', {
      description: 'TTL in effect since the last load of the key, in seconds.',
    }),
    changesPerSecond: t.exposeFloat('changesPerSecond', {
      description: 'How often the value changes per second, estimated from its loads.',
    }),
    reason: t.expose('reason', {
      type: AdaptiveTtlReasonEnum,
      description: 'The reason for this TTL.',
    }),
  }),
});

export const AdaptiveTtlType = builder.objectRef<AdaptiveTtlReport>('AdaptiveTtl').implement({
  description:
    'TTLs that adapt to how often values change: from a quarter of the configured TTL to five times the configured TTL.',
  fields: (t) => ({
    acceptedOutOfDatePercent: t.exposeFloat('acceptedOutOfDatePercent', {
      description: 'Share of its lifetime during which a value may be out of date, 0-100.',
    }),
    keys: t.exposeInt('keys', { description: 'Number of keys whose load history is kept.' }),
    minTtlSeconds: t.exposeFloat('minTtlSeconds', {
      nullable: true,
      description: 'Shortest TTL in effect, in seconds; null before the first load.',
    }),
    maxTtlSeconds: t.exposeFloat('maxTtlSeconds', {
      nullable: true,
      description: 'Longest TTL in effect, in seconds; null before the first load.',
    }),
    examples: t.field({
      type: [AdaptiveTtlExampleType],
      description: 'The most recently loaded keys, at most ten.',
      resolve: ({ examples }) => examples,
    }),
  }),
});
