/** The interface of everything that has an identity. Its types are read by their ids in nodes.ts. */
import type { ClusterView } from '../../cluster/cluster-view.js';
import { builder } from '../builder.js';
import { encodeGlobalId, type NodeType } from './global-id.js';

const description =
  'Identity: unique over all types and clusters, and always the same for one object. Opaque, for `node(id)` and for the caches ' +
  'of clients.';

/** The types of the objects that were read by their ids. */
const types = new WeakMap<object, NodeType>();

/** Notes which type a parent of fields is of, where the schema allows several. */
export function asNode<Parent extends object>(type: NodeType, parent: Parent): Parent {
  types.set(parent, type);
  return parent;
}

export function typeOfNode(parent: object): NodeType | undefined {
  return types.get(parent);
}

export const NodeInterface = builder.interfaceRef<object>('Node').implement({
  description: 'An object that has an identity.',
  resolveType: typeOfNode,
  // Each type has its own resolver.
  fields: (t) => ({ id: t.id({ description, resolve: () => '' }) }),
});

/**
 * Options of the field `id` of a type.
 * @param keyOf identifies an object of the type in its cluster
 */
export function identity<Parent extends { readonly view: ClusterView }>(
  type: NodeType,
  keyOf: (parent: Parent) => readonly string[],
) {
  return {
    description,
    resolve: (parent: Parent): string =>
      encodeGlobalId({ type, cluster: parent.view.clusterName, key: keyOf(parent) }),
  };
}
