import type { CacheCounters } from '../cache-counters.js';
import type { BreakerState } from './circuit-breaker.js';
import type { SharedCounters } from './shared-counters.js';

/** The shared level as one process sees it. */
export interface SharedCacheStats extends SharedCounters {
  /** DEGRADED: the replica answers from its own memory and the cluster. */
  readonly status: 'OK' | 'DEGRADED';
  /** What is amiss, or that nothing is. */
  readonly message: string;
  /** Without credentials. */
  readonly address: string;
  /** Whether messages of other replicas arrive. */
  readonly listening: boolean;
  readonly breaker: {
    readonly state: BreakerState;
    /** Epoch milliseconds. */
    readonly since: number;
    readonly opens: number;
  };
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
  /** All replicas that have reported recently, this one first, from its own figures. */
  readonly replicas: () => Promise<readonly ReplicaReport[]>;
}
