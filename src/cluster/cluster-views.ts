/**
 * The clusters that one operation is about. Each has a reader of its own, so that no value of one is ever found by the
 * key of another.
 */
import type { Viewer } from '../access/viewer.js';
import type { CacheStatus } from '../cache/cache-status.js';
import { UnknownClusterError } from '../errors.js';
import type { Cluster } from './cluster.js';
import { ClusterView } from './cluster-view.js';
import type { Clusters } from './clusters.js';
import { readRequest } from './read-row.js';
import { Reader } from './reader.js';

export interface ClusterViewsOptions {
  readonly clusters: Clusters;
  readonly viewer: Viewer;
  /** The one that all of the operation is about; null where each root field chooses one. */
  readonly cluster: Cluster | null;
  readonly cacheStatus: CacheStatus;
  /** Epoch milliseconds. */
  readonly operationAt: number;
}

interface Opened {
  readonly view: ClusterView;
  readonly reader: Reader;
}

/** Each root field replaces it by its own. */
const noField = readRequest('', true);

export class ClusterViews {
  readonly #options: ClusterViewsOptions;
  /** Whether there was no other cluster when the operation began: then the cache status does not name it. */
  readonly #isOnly: boolean;
  readonly #opened = new Map<Cluster, Opened>();

  constructor(options: ClusterViewsOptions) {
    this.#options = options;
    this.#isOnly = options.cluster !== null && options.cluster === options.clusters.only;
  }

  /** Of the clusters that were chosen. */
  get readers(): readonly Reader[] {
    return Array.from(this.#opened.values(), ({ reader }) => reader);
  }

  /**
   * For a root field: the cluster that it names, or the first that the viewer may see.
   * @throws UnknownClusterError
   */
  pick(name: string | null): ClusterView {
    const { clusters, viewer, cluster } = this.#options;
    if (cluster === null) return this.#of(clusters.pick(viewer, name));
    // Not looked up: meanwhile there may be others, which this operation is not about.
    if (name !== null && name !== cluster.clusterName) throw new UnknownClusterError();
    return this.#of(cluster);
  }

  /** Null where there is none of this name that the viewer may see and the operation may be about. */
  find(name: string): ClusterView | null {
    const { clusters, viewer, cluster } = this.#options;
    if (cluster !== null) return name === cluster.clusterName ? this.#of(cluster) : null;
    const found = clusters.find(viewer, name);
    return found && this.#of(found);
  }

  /** Of all that the viewer may see and the operation may be about, in the order in which they are configured. */
  all(): ClusterView[] {
    const { clusters, viewer, cluster } = this.#options;
    const visible = cluster === null ? clusters.visibleTo(viewer) : [cluster];
    return visible.map((one) => this.#of(one));
  }

  /** The cluster that a subscription has chosen: its items are about the same one. Null where it is about none. */
  get chosen(): Cluster | null {
    const [first = null] = this.#opened.keys();
    return this.#options.cluster ?? first;
  }

  /** For the items of a subscription. They read through the caches. */
  subscribed(field: string): ClusterView {
    if (this.chosen === null) throw new Error(`The subscription ${field} has chosen no cluster`);
    return this.#of(this.chosen).at(field, true);
  }

  #of(cluster: Cluster): ClusterView {
    const known = this.#opened.get(cluster);
    if (known !== undefined) return known.view;
    const { cacheStatus, operationAt } = this.#options;
    const status = this.#isOnly ? cacheStatus : cacheStatus.ofCluster(cluster.clusterName);
    const reader = new Reader(cluster, status, operationAt);
    const view = new ClusterView(cluster, reader, noField);
    this.#opened.set(cluster, { view, reader });
    return view;
  }
}
