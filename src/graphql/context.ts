/**
 * What resolvers are given besides their parent: the services, and what is this operation's own. Which cluster a field
 * is about is in its parent.
 */
import type { AuditLog } from '../access/audit-log.js';
import type { Viewer } from '../access/viewer.js';
import type { KeptAnswersStats } from '../cache/kept-answers-stats.js';
import type { CacheStatus } from '../cache/cache-status.js';
import type { Logger } from '../log.js';
import type { SettingsFileState } from '../settings-file.js';
import type { Cluster } from '../cluster/cluster.js';
import { ClusterViews } from '../cluster/cluster-views.js';
import type { Clusters } from '../cluster/clusters.js';
import { SideErrors } from './errors/side-errors.js';

/** Of the gateway, whatever it watches. */
export interface Services {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly clusters: Clusters;
  readonly audit: AuditLog;
  /** Masks secrets in any JSON value, at any depth. */
  readonly redact: (value: unknown) => unknown;
  /** Whether no mutation is allowed, for any caller. */
  readonly readOnly: boolean;
  /** Files that are read again when they change; none where it is left out. */
  readonly settingsFiles?: () => readonly SettingsFileState[];
  /** Figures of the answers that are kept; left out where none are. */
  readonly keptAnswers?: () => KeptAnswersStats;
}

/** Who asks, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** IP address; null when there is no client, as in a test of the schema alone. */
  readonly clientAddress: string | null;
  /** `Last-Event-ID` of a request for a stream, if it has one. */
  readonly lastEventId?: string | null;
}

/** Fields below the lists of one operation. */
export interface ExecutedFields {
  readonly max: number;
  count: number;
}

/** What changes without an entry of a cache being replaced. */
export interface Live extends Services {
  /** IP address; null when there is no client, as in a test of the schema alone. */
  readonly clientAddress: string | null;
  /** When the operation began, epoch milliseconds: relative times in its arguments are counted from there. */
  readonly operationAt: number;
  /** Of the last event that the client has received, if its request says so. */
  readonly lastEventId: string | null;
}

/** For costs alone, which decide whether an operation is executed, and not what it answers. */
export interface CostContext extends Pick<Services, 'clusters'>, Pick<Live, 'operationAt'> {}

export interface Context
  extends
    Pick<Services, 'version' | 'startedAt' | 'log' | 'redact' | 'readOnly'>,
    Pick<Caller, 'viewer'> {
  /** What is no part of any cache entry: an answer that shows any of it is not kept (http/kept). */
  readonly live: () => Live;
  /** Whether there are files that are read again when they change. */
  readonly watchesFiles: boolean;
  readonly costs: CostContext;
  readonly cacheStatus: CacheStatus;
  /** What the lists of the whole operation hold. */
  readonly executed: ExecutedFields;
  /** Errors beside values, of the whole operation. */
  readonly sideErrors: SideErrors;
  /** Root fields choose their cluster here; what is below them has it from its parent. */
  readonly views: ClusterViews;
  /** The cluster by whose sizes the cost of a field is counted; null where each root field chooses one. */
  readonly sized: Cluster | null;
}

/**
 * One per operation: the members of a batch share their parent's status and nothing else.
 * @param maxFields below lists, if they hold more than the cost of the operation has assumed
 * @param cluster that all of the operation is about; null where each root field chooses one
 */
export function createContext(
  services: Services,
  caller: Caller,
  cacheStatus: CacheStatus,
  maxFields = Infinity,
  cluster: Cluster | null = services.clusters.only,
): Context {
  const { viewer, clientAddress, lastEventId = null } = caller;
  const { clusters } = services;
  const { version, startedAt, log, redact, readOnly, clock } = services;
  const operationAt = clock();
  return {
    version,
    startedAt,
    log,
    redact,
    readOnly,
    viewer,
    live: () => {
      cacheStatus.markLive();
      return { ...services, clientAddress, operationAt, lastEventId };
    },
    watchesFiles: services.settingsFiles !== undefined,
    costs: { clusters, operationAt },
    cacheStatus,
    executed: { max: maxFields, count: 0 },
    sideErrors: new SideErrors(),
    views: new ClusterViews({ clusters, viewer, cluster, cacheStatus, operationAt }),
    sized: cluster,
  };
}
