/** What resolvers are given: the services, the cluster that is asked about, and what is this operation's own. */
import type { AuditLog } from '../access/audit-log.js';
import type { Viewer } from '../access/viewer.js';
import type { CacheStatus } from '../cache/cache-status.js';
import type { Logger } from '../log.js';
import type { Cluster } from './cluster.js';
import { Loaders } from './loaders.js';

/** Of the gateway, whatever it watches. */
export interface Services {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly log: Logger;
  readonly cluster: Cluster;
  readonly audit: AuditLog;
  /** Masks secrets in any JSON value, at any depth. */
  readonly redact: (value: unknown) => unknown;
  /** Whether no mutation is allowed, whoever asks. */
  readonly readOnly: boolean;
}

/** Who asks, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** IP address; null when there is no client, as in a test of the schema alone. */
  readonly clientAddress: string | null;
}

export interface Context extends Services, Cluster, Caller {
  readonly cacheStatus: CacheStatus;
  readonly loaders: Loaders;
}

/** One per operation: the members of a batch share their parent's status and nothing else. */
export function createContext(services: Services, caller: Caller, cacheStatus: CacheStatus): Context {
  const { viewer, clientAddress } = caller;
  const loaders = new Loaders(services.cluster, cacheStatus);
  return { ...services, ...services.cluster, viewer, clientAddress, cacheStatus, loaders };
}
