/** The clusters of a gateway, as each viewer may see them. */
import type { Viewer } from '../access/viewer.js';
import { maySee } from '../access/visibility.js';
import type { Visibility } from '../access/visibility.js';
import { UnknownClusterError } from '../errors.js';
import type { Cluster } from './cluster.js';

export interface Tenant<C extends Cluster = Cluster> {
  readonly cluster: C;
  /** Null is everybody. */
  readonly visibleTo: Visibility | null;
}

/**
 * Who asks for a cluster by name gets the same answer whether there is none or they may not see it: nobody learns of a
 * cluster that is not for them.
 */
export class Clusters<C extends Cluster = Cluster> {
  /** Whoever may see them: for the gateway's own use, never for an answer. */
  readonly all: readonly C[];
  readonly #tenants: Map<string, Tenant<C>>;

  /** @throws RangeError when there is none, or two of them have one name */
  constructor(tenants: readonly Tenant<C>[]) {
    this.#tenants = new Map(tenants.map((tenant) => [tenant.cluster.clusterName, tenant]));
    if (tenants.length === 0) throw new RangeError('There is no cluster');
    if (this.#tenants.size < tenants.length) throw new RangeError('Two clusters have one name');
    this.all = tenants.map(({ cluster }) => cluster);
  }

  /** The one there is, where there is one alone and everybody sees it; else null. */
  get only(): C | null {
    const [first] = this.#tenants.values();
    return this.#tenants.size === 1 && first?.visibleTo === null ? first.cluster : null;
  }

  /** Who may see a cluster from now on; of a name that is none, nothing changes. */
  show(name: string, visibleTo: Visibility | null): void {
    const tenant = this.#tenants.get(name);
    if (tenant !== undefined) this.#tenants.set(name, { ...tenant, visibleTo });
  }

  /** In the order in which they are configured. */
  visibleTo(viewer: Viewer): readonly C[] {
    return [...this.#tenants.values()]
      .filter(({ visibleTo }) => maySee(viewer, visibleTo))
      .map(({ cluster }) => cluster);
  }

  /** The first that the viewer may see; null when there is none. */
  defaultFor(viewer: Viewer): C | null {
    if (this.only !== null) return this.only;
    return this.visibleTo(viewer)[0] ?? null;
  }

  /** Null when there is none of this name that the viewer may see. */
  find(viewer: Viewer, name: string): C | null {
    const tenant = this.#tenants.get(name);
    return tenant !== undefined && maySee(viewer, tenant.visibleTo) ? tenant.cluster : null;
  }

  /**
   * The one that is named, or the viewer's default without a name.
   * @throws UnknownClusterError
   */
  pick(viewer: Viewer, name: string | null): C {
    const cluster = name === null ? this.defaultFor(viewer) : this.find(viewer, name);
    if (cluster === null) throw new UnknownClusterError();
    return cluster;
  }
}
