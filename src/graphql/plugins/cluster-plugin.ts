/**
 * Which cluster a root field is about: each takes `cluster`, unless it says that it is of the gateway itself, and gets a
 * view of that cluster as its parent. From there on the view is in the parents of the fields below.
 */
import SchemaBuilder, {
  BasePlugin,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { ClusterView } from '../../cluster/cluster-view.js';
import type { Context } from '../context.js';

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
    if (!isOfCluster(field)) return field;
    return { ...field, args: { ...field.args, [clusterArgName]: clusterArg(field) } };
  }

  override wrapResolve(
    resolve: Resolver<Types>,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> {
    if (isOfCluster(field)) return atRoot<Types>(resolve, field, field.parentType === 'Subscription');
    return field.parentType === clusterTypeName ? belowCluster<Types>(resolve, field) : resolve;
  }

  override wrapSubscribe(
    subscribe: Resolver<Types> | undefined,
    field: PothosOutputFieldConfig<Types>,
  ): Resolver<Types> | undefined {
    return subscribe && isOfCluster(field) ? atRoot<Types>(subscribe, field, false) : subscribe;
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

interface RootArguments {
  readonly cluster?: string | null;
  readonly useCache?: boolean | null;
}

/**
 * The parent is a view of the cluster that is named, or of the first that the viewer may see.
 * @param isOfItem of a subscription: the parent is the item
 */
function atRoot<Types extends SchemaTypes>(
  resolve: Resolver<Types>,
  { name: path, extensions }: PothosOutputFieldConfig<Types>,
  isOfItem: boolean,
): Resolver<Types> {
  return (parent, { cluster: name = null, ...args }: RootArguments, context, info) => {
    const { views } = contextOf(context);
    const implied = name === null ? impliedCluster(extensions, args) : null;
    const chosen = implied === null ? views.pick(name) : views.find(implied);
    if (chosen === null) return null; // of what is in no cluster that the caller may see
    const view = chosen.at(path, args.useCache);
    return view.whileOpen(resolve(isOfItem ? parent : view, args, context, info));
  };
}

/**
 * The cluster that other arguments than `cluster` name, for fields that have such ones; null if they name none.
 * @param extensions of the field
 */
export function impliedCluster(extensions: object | null | undefined, args: object): string | null {
  const { clusterOf } = (extensions ?? {}) as { readonly clusterOf?: (args: object) => string | null };
  return clusterOf?.(args) ?? null;
}

function belowCluster<Types extends SchemaTypes>(
  resolve: Resolver<Types>,
  { name: path }: PothosOutputFieldConfig<Types>,
): Resolver<Types> {
  return (parent, args: RootArguments, context, info) => {
    const view = (parent as ClusterView).at(path, args.useCache); // by agreement of cluster-type.ts
    return view.whileOpen(resolve(view, args, context, info));
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
    description: 'Name of the cluster; default: the first one that the caller may see.',
    // Plugins look for their own options here, and there are none.
    pothosOptions: {} as PothosInputFieldConfig<Types>['pothosOptions'],
  };
}
