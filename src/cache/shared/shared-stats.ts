import type { CacheCounters } from '../cache-stats.js';
import type { BreakerState } from './breaker.js';

/** What only grows, of one cluster in one process. */
export interface SharedCounters {
  /** Values found there. */
  readonly hits: number;
  /** Looked for, and not there, or too old for the reader. */
  readonly misses: number;
  readonly stored: number;
  /** Loaded values that were not stored: invalidated meanwhile, or the lock was another's by then. */
  readonly fenced: number;
  /** Values that could not be written or read: too large, or of another version. */
  readonly unreadable: number;
  /** Waits for a load that another replica had begun. */
  readonly waits: number;
  /** Waits given up: the reader loaded for itself. */
  readonly lockTimeouts: number;
  readonly invalidationsSent: number;
  readonly invalidationsReceived: number;
}

/** The shared level as one process sees it. */
export interface SharedCacheStats extends SharedCounters {
  /** DEGRADED: the replica answers from its own memory and the cluster. */
  readonly status: 'OK' | 'DEGRADED';
  /** What is amiss, or that nothing is. */
  readonly message: string;
  /** Without credentials. */
  readonly address: string;
  /** Whether messages of other replicas are heard. */
  readonly listening: boolean;
  readonly breaker: {
    readonly state: BreakerState;
    /** Epoch milliseconds. */
    readonly since: number;
    readonly opens: number;
  };
  /** Commands that failed, whatever they were for. */
  readonly errors: number;
  /** Commands that were not answered in time. */
  readonly timeouts: number;
  /** Of all values written, before and after compression. */
  readonly bytesRaw: number;
  readonly bytesStored: number;
}

export interface ReplicaIdentity {
  readonly id: string;
  readonly hostname: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** The counters of one cache of one replica, or of all of them in sum. */
export interface CacheTotals extends CacheCounters {
  readonly name: string;
}

export interface ReplicaReport extends ReplicaIdentity {
  /** When it last wrote, epoch milliseconds: of Redis's age, by the clock of this process. */
  readonly seenAt: number;
  /** Whether it is the process that answers. */
  readonly self: boolean;
  readonly caches: readonly CacheTotals[];
}

/** Where to ask for them. */
export interface SharedFigures {
  readonly stats: SharedCacheStats;
  /** All replicas that have told of themselves lately, this one first told by itself. */
  readonly replicas: () => Promise<readonly ReplicaReport[]>;
}
