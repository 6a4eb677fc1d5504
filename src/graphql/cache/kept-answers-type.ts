/** The answers that the gateway keeps to give them again. */
import { mapNames } from '../../cache/cache-counters.js';
import { keptAnswersCounterNames, keptAnswersCounters } from '../../cache/kept-answers-stats.js';
import type { KeptAnswersStats } from '../../cache/kept-answers-stats.js';
import { builder } from '../builder.js';

export const KeptAnswersType = builder.objectRef<KeptAnswersStats>('KeptAnswers').implement({
  description:
    'Answers that the gateway keeps and gives again as long as every cached value behind them is still there and fresh. ' +
    'Figures of the gateway process, over all its clusters. Counters never decrease.',
  fields: (t) => ({
    size: t.exposeInt('size', { description: 'Number of kept answers.' }),
    maxSize: t.exposeInt('maxSize', { description: 'Maximum number of kept answers.' }),
    bytes: t.exposeFloat('bytes', {
      description: 'Approximate size of all kept answers, in bytes.',
    }),
    maxBytes: t.exposeFloat('maxBytes', {
      description: 'Maximum size of all kept answers, in bytes.',
    }),
    // Counters outgrow GraphQL's 32-bit Int within weeks of a busy gateway.
    ...mapNames(keptAnswersCounterNames, (name) =>
      t.float({ description: keptAnswersCounters[name], resolve: (stats) => stats[name] }),
    ),
  }),
});
