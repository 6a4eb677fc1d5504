/** What travels with one HTTP request, from its arrival to its response. */
import type { CacheStatus } from '../cache/cache-status.js';

export interface ServerContext {
  /** Sums up what all operations of the request read; made when the request arrives. */
  responseCacheStatus?: CacheStatus;
}
