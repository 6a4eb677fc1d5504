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
 * A caller who names a cluster gets the same answer whether there is none or they may not see it: no caller learns of a
 * cluster that is not for them.
 */
export class Clusters<C extends Cluster = Cluster> {
  #tenants: ReadonlyMap<string, Tenant<C>> = new Map();
  #revision = 0;
  /** By name, also of clusters that were removed. */
  readonly #visibility = new Map<string, Visibility | null>();

  /** @throws RangeError when there is none, or two of them have one name */
  constructor(tenants: readonly Tenant<C>[]) {
    this.set(tenants);
  }

  /**
   * From now on there are these clusters and no others. Operations that run keep those that they have picked.
   * @throws RangeError when there is none, or two of them have one name; then nothing changes
   */
  set(tenants: readonly Tenant<C>[]): void {
    const byName = new Map(tenants.map((tenant) => [tenant.cluster.clusterName, tenant]));
    if (tenants.length === 0) throw new RangeError('There is no cluster');
    if (byName.size < tenants.length) throw new RangeError('Two clusters have one name');
    this.#tenants = byName;
    this.#revision++;
    for (const [name, { visibleTo }] of byName) this.#visibility.set(name, visibleTo);
  }

  /** Grows when there are others, or others may see them. */
  get revision(): number {
    return this.#revision;
  }

  /** All of them, visible to the caller or not: for the gateway's own use, never for an answer. */
  get all(): readonly C[] {
    return Array.from(this.#tenants.values(), ({ cluster }) => cluster);
  }

  /** The one there is, where there is one alone and everybody sees it; else null. */
  get only(): C | null {
    const [first] = this.#tenants.values();
    return this.#tenants.size === 1 && first?.visibleTo === null ? first.cluster : null;
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

  /** Whether the viewer may read what was done to the cluster of this name, which may have been removed since. */
  mayReadRecords(viewer: Viewer, name: string): boolean {
    const visibleTo = this.#visibility.get(name);
    return visibleTo === undefined ? this.only !== null : maySee(viewer, visibleTo);
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
