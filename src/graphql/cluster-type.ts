/** The clusters that the caller may see, each with what can be asked of it. */
import { builder } from './builder.js';
import { clusterTypeName, known, ofGateway } from './plugins/cluster-plugin.js';
import { GatewayBrokerType } from './gateway.js';
import { identity, NodeInterface } from './nodes/node-type.js';
import type { ClusterView } from '../cluster/cluster-view.js';

const clusterIdentity = identity<{ readonly view: ClusterView }>('Cluster', () => []);

export const ClusterType = builder.objectRef<ClusterView>(clusterTypeName).implement({
  description:
    'A cluster that the gateway monitors. It has the fields of the query root; a field whose value is unknown is null, with an ' +
    'error, and does not affect the other fields.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description: clusterIdentity.description,
      extensions: known,
      resolve: (view) => clusterIdentity.resolve({ view }),
    }),
    name: t.id({
      description: 'Name, as used in the argument `cluster`.',
      extensions: known,
      resolve: ({ clusterName }) => clusterName,
    }),
    embedded: t.boolean({
      description: 'Whether this is the simulated cluster inside the gateway.',
      extensions: known,
      resolve: ({ embedded }) => embedded,
    }),
    broker: t.field({
      type: GatewayBrokerType,
      description: "The gateway's connection to the broker of the cluster.",
      extensions: known,
      resolve: (view) => view,
    }),
  }),
});

builder.queryFields((t) => ({
  clusters: t.field({
    type: [ClusterType],
    description:
      'The clusters that the caller may see, in the order of the configuration; a single cluster, `default`, unless several are configured. ' +
      'Empty if the caller may see none.',
    extensions: ofGateway,
    complexity: (_args, { costs, viewer }) => ({
      multiplier: costs.clusters.visibleTo(viewer).length,
    }),
    resolve: (_root, _args, { views }) => views.all(),
  }),
}));

type DefineQueryFields = Parameters<typeof builder.queryFields>[0];

/**
 * Adds fields to the query root and to each cluster alike. Below a cluster all can be null: an answer about the others
 * must not be lost with it.
 */
export function clusterFields(define: DefineQueryFields): void {
  builder.queryFields(define);
  // At both places the parent is a view of the cluster.
  builder.objectFields(
    ClusterType,
    define as unknown as Parameters<typeof builder.objectFields<typeof ClusterType>>[1],
  );
}
