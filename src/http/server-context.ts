/** What travels with one HTTP request, from its arrival to its response. */
import type { CacheStatus } from '../cache/cache-status.js';
import type { KeptAnswer } from './kept/kept-answer.js';
import type { Caller } from '../graphql/context.js';

export interface ServerContext {
  /** Who sent it, as far as it showed. */
  readonly caller: Caller;
  /** Sums up what all operations of the request read; made when the request arrives. */
  responseCacheStatus?: CacheStatus;
  /** What a request without a body was answered, for conditional requests. */
  answered?: {
    /** Digest of what was asked, and by whom. */
    readonly question: string;
    readonly tag: string;
    readonly hasErrors: boolean;
  };
  /** Keeps the answer for those who ask the same; unset where no answer is to be kept. */
  readonly keep?: (answer: KeptAnswer) => void;
  /** What of the request has been executed, as far as it matters to whether its answer can be kept. */
  executions?: { queries: number; others: number; areWhole: boolean };
  /** By the clock for durations. */
  arrivedAt?: number;
  /** What its operations cost so far, all together, and how many bytes were answered to them. */
  budget?: { spent: number; answered: number };
  /** Unset over WebSocket, where no request arrives but many operations do. */
  arrivedBy?: 'HTTP';
}
