/**
 * Which cluster a field is about: every root field takes `cluster`, unless it says that it is of the gateway itself, and
 * what hangs below is about the same one. A gateway of one cluster pays one comparison for it.
 */
import SchemaBuilder, {
  BasePlugin,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { UnknownClusterError } from '../errors.js';
import type { Cluster } from './cluster.js';
import type { Context } from './context.js';

export const clusterPlugin = 'celeryqlCluster';

/** Of a root field that is about no cluster. */
export const ofGateway = { ofGateway: true } as const;
/** Of a field of a cluster that cannot fail. */
export const known = { known: true } as const;
/** The argument of root fields that names their cluster. */
export const clusterArgName = 'cluster';
/** The type whose fields are about the cluster that is their parent. */
export const clusterTypeName = 'Cluster';

const rootTypes: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

export class ClusterPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (isOfCluster(field))
      return { ...field, args: { ...field.args, [clusterArgName]: clusterArg(field) } };
    if (field.parentType !== clusterTypeName || isOwn(field)) return field;
    // One that cannot be told must not take the list of clusters with it, as a field that is never null would.
    const told = /\bnull\b/i.test(field.description ?? '') ? '' : ' Null, with an error, when it fails.';
    const description = `${field.description ?? ''}${told}`.trim();
    return { ...field, description, type: { ...field.type, nullable: true } };
  }

  override wrapResolve(
    resolve: Resolver<Types>,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> {
    if (isOfCluster(field)) return atRoot<Types>(resolve);
    if (field.parentType === clusterTypeName) return belowCluster<Types>(resolve);
    return rootTypes.has(field.parentType) ? resolve : below<Types>(resolve);
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    return subscribe && isOfCluster(field) ? atRoot<Types>(subscribe) : subscribe;
  }
}

SchemaBuilder.registerPlugin(clusterPlugin, ClusterPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [clusterPlugin]: ClusterPlugin<Types>;
    }
  }
}

/** Of a root field: the cluster is the one that is named, or the first that the viewer may see. */
function atRoot<Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> {
  return (parent, { cluster: name = null, ...args }: { cluster?: string | null }, given, info) => {
    const { clusters, viewer, views } = contextOf(given);
    if (views !== null) {
      const context = views.bind(info.path, clusters.pick(viewer, name));
      return resolve(parent, args, context, info);
    }
    if (name !== null && clusters.find(viewer, name) === null) throw new UnknownClusterError();
    return resolve(parent, args, given, info);
  };
}

function belowCluster<Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> {
  return (parent, args, given, info) => {
    const { views } = contextOf(given);
    if (views === null) return resolve(parent, args, given, info);
    // Only clusters that the viewer may see become parents; see cluster-type.ts.
    const context = views.bind(info.path, parent as Cluster);
    return resolve(parent, args, context, info);
  };
}

function below<Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> {
  return (parent, args, given, info) => {
    const { views } = contextOf(given);
    if (views === null) return resolve(parent, args, given, info);
    const context = views.at(info.path) ?? given;
    return resolve(parent, args, context, info);
  };
}

/** The builder has one context, which a plugin's own type parameter does not know. */
function contextOf(context: object): Context {
  return context as Context;
}

interface Marked {
  readonly parentType: string;
  readonly extensions?: object | null | undefined;
}

function isOfCluster({ parentType, extensions }: Marked): boolean {
  return rootTypes.has(parentType) && !('ofGateway' in (extensions ?? {}));
}

function isOwn({ extensions }: Marked): boolean {
  return 'known' in (extensions ?? {});
}

function clusterArg<Types extends SchemaTypes>({
  name,
  parentType,
}: PothosOutputFieldConfig<Types>): PothosInputFieldConfig<Types> {
  return {
    name: clusterArgName,
    kind: 'Arg',
    graphqlKind: 'Arg',
    parentField: name,
    parentType,
    type: { kind: 'Scalar', ref: 'ID', required: false },
    description: 'Name of the cluster; the first that you may see by default.',
    // Plugins look for their own options here, and there are none.
    pothosOptions: {} as PothosInputFieldConfig<Types>['pothosOptions'],
  };
}
