/** The clusters that the caller may see, each with what can be asked of it. */
import { builder } from './builder.js';
import { clusterTypeName, known, ofGateway } from './cluster-plugin.js';
import { GatewayBrokerType } from './gateway.js';
import type { Cluster } from './cluster.js';

export const ClusterType = builder.objectRef<Cluster>(clusterTypeName).implement({
  description:
    'A cluster that the gateway watches. Its fields are those of the query root; one that cannot be told is null, with an ' +
    'error, and takes none of the others with it.',
  fields: (t) => ({
    name: t.exposeID('clusterName', {
      description: 'By which the argument `cluster` asks for it.',
      extensions: known,
    }),
    embedded: t.exposeBoolean('embedded', {
      description: 'Whether it is a simulation inside the gateway.',
      extensions: known,
    }),
    broker: t.field({
      type: GatewayBrokerType,
      extensions: known,
      resolve: (_cluster, _args, context) => context,
    }),
  }),
});

builder.queryFields((t) => ({
  clusters: t.field({
    type: [ClusterType],
    description:
      'The clusters that you may see, in the order of the configuration: one, `default`, unless several are configured. ' +
      'Empty where none is for you.',
    extensions: ofGateway,
    complexity: (_args, { clusters, viewer }) => ({ multiplier: clusters.visibleTo(viewer).length }),
    resolve: (_root, _args, { clusters, viewer }) => [...clusters.visibleTo(viewer)],
  }),
}));

type DefineQueryFields = Parameters<typeof builder.queryFields>[0];

/**
 * Adds fields to the query root and to each cluster alike. Below a cluster all can be null: an answer about the others
 * must not be lost with it.
 */
export function clusterFields(define: DefineQueryFields): void {
  builder.queryFields(define);
  // Its resolvers use no parent: what they need of the cluster is in their context.
  builder.objectFields(
    ClusterType,
    define as unknown as Parameters<typeof builder.objectFields<typeof ClusterType>>[1],
  );
}
