/**
 * Which part of an operation is about which cluster: whatever hangs below a field that named one is about that one. Each
 * has loaders of its own, so that no value of one is ever found by the key of another.
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { Cluster } from './cluster.js';
import type { Context } from './context.js';
import type { Loaders } from './loaders.js';

/** Where a field is in the answer; those of one answer share their beginnings. */
type Path = GraphQLResolveInfo['path'];

export class ClusterViews {
  readonly #create: (cluster: Cluster) => Context;
  readonly #ofClusters = new Map<Cluster, Context>();
  readonly #bound = new WeakMap<Path, Context>();

  /** @param create makes the context of one cluster; called once for each that is asked about */
  constructor(create: (cluster: Cluster) => Context) {
    this.#create = create;
  }

  /** From now on the field at this path, and all below it, are about this cluster. */
  bind(path: Path, cluster: Cluster): Context {
    const known = this.#ofClusters.get(cluster);
    const context = known ?? this.#create(cluster);
    if (known === undefined) this.#ofClusters.set(cluster, context);
    this.#bound.set(path, context);
    return context;
  }

  /** Of the clusters that were asked about. */
  get contexts(): Iterable<Context> {
    return this.#ofClusters.values();
  }

  /** Of the nearest field above that was bound; null when none was. */
  at(path: Path): Context | null {
    for (let place: Path | undefined = path; place !== undefined; place = place.prev) {
      const bound = this.#bound.get(place);
      if (bound !== undefined) return bound;
    }
    return null;
  }
}

/** Any use of it fails: of a field that no cluster was chosen for, no answer is better than one about another's. */
const unbound = new Proxy(
  {},
  {
    get: () => {
      throw new Error('A field of a cluster was resolved where no cluster had been chosen');
    },
  },
) as never;

/** Own properties all, since servers copy contexts. */
export const noCluster: Cluster & { readonly loaders: Loaders } = {
  clusterName: unbound,
  embedded: unbound,
  celery: unbound,
  caches: unbound,
  resultLoader: unbound,
  subscriptions: unbound,
  lateEffects: unbound,
  warmUp: unbound,
  loaders: unbound,
};
