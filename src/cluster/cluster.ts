/** One cluster as the schema sees it: what is known of it, what is cached of it, and who listens to it. */
import type { DelayedInvalidations } from './delayed-invalidations.js';
import type { ReadServices } from './read-row.js';
import type { Subscriptions } from './subscriptions.js';
import type { WarmUp } from './warm-up.js';

export interface Cluster extends ReadServices {
  /** By which it is asked for; `default` where there is one alone. */
  readonly clusterName: string;
  readonly embedded: boolean;
  readonly subscriptions: Subscriptions;
  /** Invalidates what a control changes after it was answered. */
  readonly delayedInvalidations: DelayedInvalidations;
  readonly warmUp: Pick<WarmUp, 'report'>;
}
