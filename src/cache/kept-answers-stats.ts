/**
 * What the gateway counts of the answers that it keeps. This table is the only list: the type, the GraphQL fields of
 * `KeptAnswers` and the Prometheus counters derive from it. Counters only grow.
 */
import { namesOf } from './cache-counters.js';

/** Descriptions of the GraphQL fields. */
export const keptAnswersCounters = {
  hits: 'Requests that were answered by a kept answer.',
  stored: 'Answers that were kept.',
  outdated:
    'Kept answers that were requested and no longer usable: a value behind the answer had changed or was no longer fresh.',
  evictions: 'Kept answers that were removed because there was no room.',
} as const satisfies Record<string, string>;

export type KeptAnswersCounterName = keyof typeof keptAnswersCounters;

export const keptAnswersCounterNames = namesOf(keptAnswersCounters);

/** Figures of one moment. */
export interface KeptAnswersStats extends Readonly<Record<KeptAnswersCounterName, number>> {
  /** Answers that are kept. */
  readonly size: number;
  readonly maxSize: number;
  /** Of the answers and the requests for them, roughly. */
  readonly bytes: number;
  readonly maxBytes: number;
}
