/** What resolvers are given: the services, the cluster that is asked about, and what is this operation's own. */
import type { AuditLog } from '../access/audit-log.js';
import type { Viewer } from '../access/viewer.js';
import type { CacheStatus } from '../cache/cache-status.js';
import type { Logger } from '../log.js';
import type { Cluster } from './cluster.js';
import { ClusterViews, noCluster } from './cluster-views.js';
import type { Clusters } from './clusters.js';
import type { ExecutedFields } from './lists-plugin.js';
import { Loaders } from './loaders.js';
import { SideErrors } from './side-errors.js';

/** A file of settings that is read again when it changes. */
export interface SettingsFileState {
  /** The flag that names it, such as `--auth-file`. */
  readonly setting: string;
  /** When the content in force was read, epoch milliseconds. */
  readonly loadedAt: number;
  /** Why the newest content is not in force; null where it is. */
  readonly error: string | null;
  /** Whether a part of the newest content takes effect only at the next start. */
  readonly needsRestart: boolean;
}

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
  /** Whether no mutation is allowed, whoever asks. */
  readonly readOnly: boolean;
  /** Files that are read again when they change; none where it is left out. */
  readonly settingsFiles?: () => readonly SettingsFileState[];
}

/** Who asks, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** IP address; null when there is no client, as in a test of the schema alone. */
  readonly clientAddress: string | null;
}

export interface Context extends Services, Cluster, Caller {
  /** When the operation began, epoch milliseconds: relative times in its arguments are counted from there. */
  readonly operationAt: number;
  readonly cacheStatus: CacheStatus;
  /** What the lists of the whole operation hold. */
  readonly executed: ExecutedFields;
  readonly loaders: Loaders;
  /** Errors beside values, of the whole operation. */
  readonly sideErrors: SideErrors;
  /**
   * Of a gateway of several clusters: which part of the operation is about which of them. The operation's own context is
   * about none then. Null where there is one that everybody sees.
   */
  readonly views: ClusterViews | null;
}

/**
 * One per operation: the members of a batch share their parent's status and nothing else.
 * @param maxFields below lists, if they hold more than the cost of the operation has assumed
 */
export function createContext(
  services: Services,
  caller: Caller,
  cacheStatus: CacheStatus,
  maxFields = Infinity,
): Context {
  const { viewer, clientAddress } = caller;
  const operationAt = services.clock();
  const own = {
    ...services,
    operationAt,
    viewer,
    clientAddress,
    cacheStatus,
    executed: { max: maxFields, count: 0 },
    sideErrors: new SideErrors(),
  };
  const { only } = services.clusters;
  if (only !== null)
    return { ...own, ...only, loaders: new Loaders(only, cacheStatus, operationAt), views: null };
  const views: ClusterViews = new ClusterViews((cluster) => {
    const loaders = new Loaders(cluster, cacheStatus.ofCluster(cluster.clusterName), operationAt);
    return { ...own, ...cluster, loaders, views };
  });
  return { ...own, ...noCluster, views };
}
