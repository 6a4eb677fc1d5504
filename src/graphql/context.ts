/** What resolvers are given: the services, and what is this operation's own. */
import type { CacheStatus } from '../cache/cache-status.js';
import type { Logger } from '../log.js';
import { Loaders } from './loaders.js';
import type { LoaderServices } from './loaders.js';
import type { Subscriptions } from './subscriptions/subscriptions.js';

export interface Services extends LoaderServices {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly embedded: boolean;
  readonly log: Logger;
  readonly subscriptions: Subscriptions;
}

export interface Context extends Services {
  readonly cacheStatus: CacheStatus;
  readonly loaders: Loaders;
}

/** One per operation: the members of a batch share their parent's status and nothing else. */
export function createContext(services: Services, cacheStatus: CacheStatus): Context {
  return { ...services, cacheStatus, loaders: new Loaders(services, cacheStatus) };
}
