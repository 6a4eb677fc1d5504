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

  /** Of the nearest field above that was bound; null when none was. */
  at(path: Path): Context | null {
    for (let place: Path | undefined = path; place !== undefined; place = place.prev) {
      const bound = this.#bound.get(place);
      if (bound !== undefined) return bound;
    }
    return null;
  }
}

/** Asked by a field that no cluster was chosen for: better no answer than one about another's. */
export class NoCluster implements Cluster {
  get clusterName(): never {
    return unbound();
  }
  get embedded(): never {
    return unbound();
  }
  get celery(): never {
    return unbound();
  }
  get caches(): never {
    return unbound();
  }
  get resultLoader(): never {
    return unbound();
  }
  get subscriptions(): never {
    return unbound();
  }
  get lateEffects(): never {
    return unbound();
  }
  get loaders(): Loaders {
    return unbound();
  }
}

function unbound(): never {
  throw new Error('A field of a cluster was resolved where no cluster had been chosen');
}
