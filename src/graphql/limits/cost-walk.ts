/** Adds up what the fields of one operation cost. A selection is counted once for each type and cluster, however often it is used. */
import type { FieldComplexityValue } from '@pothos/plugin-complexity';
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql';
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  NamedTypeNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { GlobalId } from '../nodes/global-id.js';
import { lookupCost } from '../nodes/lookup-cost.js';
import { clusterArgName, clusterTypeName, impliedCluster } from '../plugins/cluster-plugin.js';
import type { Context } from '../context.js';

/** Members of a list that does not declare how many it has. */
const usualMembers = 10;

export interface CostWalkOptions {
  readonly schema: GraphQLSchema;
  readonly context: Context;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As they are given to resolvers. */
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** Fields of a connection that hold its members. */
const memberFields: ReadonlySet<string> = new Set(['nodes', 'edges']);

/** What of a connection is counted: what it has once, or what hangs on one member; null for any other type. */
type Part = 'once' | 'each' | null;

interface OwnCost {
  readonly field: number;
  readonly members: number;
}

export class CostWalk {
  readonly #options: CostWalkOptions;
  readonly #clusters = new Map<Cluster | null, ClusterCosts>();

  constructor(options: CostWalkOptions) {
    this.#options = options;
  }

  root(selections: SelectionSetNode, type: GraphQLNamedType): number {
    return this.#of(null).selection(selections, type);
  }

  /** Of what is about this cluster; null for what is about none, or about the only one. */
  #of(cluster: Cluster | null): ClusterCosts {
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known;
    const { context } = this.#options;
    const costs = new ClusterCosts(
      { ...this.#options, context: cluster === null ? context : { ...context, sized: cluster } },
      (field, node, args) => this.#elsewhere(field, node, args),
    );
    this.#clusters.set(cluster, costs);
    return costs;
  }

  /** A field that decides which cluster it is about, where there are several; null for any other. */
  #elsewhere(field: GraphQLField<unknown, unknown>, node: FieldNode, args: ArgumentsOf): number | null {
    const { costs, viewer, sized } = this.#options.context;
    const { clusters } = costs;
    if (sized !== null) return null;
    if (getNamedType(field.type).name === clusterTypeName && isListType(getNullableType(field.type))) {
      let cost = 1;
      for (const cluster of clusters.visibleTo(viewer)) cost += this.#of(cluster).below(field, node);
      return cost;
    }
    const { nodeIds } = field.extensions as { readonly nodeIds?: NodeIds };
    if (nodeIds !== undefined) return this.#nodes(nodeIds(args()), field, node);
    if (!field.args.some(({ name }) => name === clusterArgName)) return null;
    const { [clusterArgName]: name, ...others } = args();
    const implied = typeof name === 'string' ? null : impliedCluster(field.extensions, others);
    const cluster =
      implied === null
        ? clusters.pick(viewer, typeof name === 'string' ? name : null)
        : clusters.find(viewer, implied);
    return cluster === null ? 1 : this.#of(cluster).ofCluster(field, node);
  }

  #nodes(
    ids: readonly (GlobalId | null)[],
    field: GraphQLField<unknown, unknown>,
    node: FieldNode,
  ): number {
    const { context } = this.#options;
    let cost = 1;
    const byCluster = new Map<Cluster, GlobalId[]>();
    for (const id of ids) {
      if (id === null) continue; // it is answered with null, as that of a cluster which the viewer may not see
      const cluster = context.costs.clusters.find(context.viewer, id.cluster);
      if (cluster === null) continue;
      cost += this.#of(cluster).below(field, node);
      const known = byCluster.get(cluster);
      if (known === undefined) byCluster.set(cluster, [id]);
      else known.push(id);
    }
    for (const [cluster, members] of byCluster) cost += lookupCost(members, { sized: cluster });
    return cost;
  }
}

/** Of a field that finds objects by their ids: what is selected of each, by the sizes of its cluster. */
type NodeIds = (args: Readonly<Record<string, unknown>>) => readonly (GlobalId | null)[];

interface Fragment {
  readonly typeCondition?: NamedTypeNode | undefined;
  readonly selectionSet: SelectionSetNode;
}

/** The type that a selection is about; of a connection, which part of it. */
type CostKey = GraphQLNamedType | `${string} ${NonNullable<Part>}`;

/**
 * Costs of selections that are the same for each operation: of fields that declare a number or nothing, without
 * directives. By the type that they are selected on.
 */
const constantCosts = new WeakMap<SelectionSetNode, Map<CostKey, number>>();

type ArgumentsOf = () => Readonly<Record<string, unknown>>;
type Elsewhere = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  args: ArgumentsOf,
) => number | null;

class ClusterCosts {
  readonly #options: CostWalkOptions;
  readonly #elsewhere: Elsewhere;
  readonly #known = new Map<SelectionSetNode, Map<CostKey, number>>();
  /** Costs that were counted and that another operation with the same document may not share. */
  #variableCosts = 0;

  constructor(options: CostWalkOptions, elsewhere: Elsewhere) {
    this.#options = options;
    this.#elsewhere = elsewhere;
  }

  selection(selections: SelectionSetNode, type: GraphQLNamedType, part: Part = null): number {
    const key: CostKey = part === null ? type : `${type.name} ${part}`;
    const constant = constantCosts.get(selections)?.get(key);
    if (constant !== undefined) return constant;
    const known = this.#known.get(selections)?.get(key);
    if (known !== undefined) {
      this.#variableCosts++;
      return known;
    }
    const before = this.#variableCosts;
    let cost = 0;
    for (const selection of selections.selections)
      if (this.#isIncluded(selection)) cost += this.#cost(selection, type, part);
    const isConstant = this.#variableCosts === before;
    remember(isConstant ? constantCosts : this.#known, selections, key, cost);
    return cost;
  }

  #cost(selection: SelectionNode, type: GraphQLNamedType, part: Part): number {
    switch (selection.kind) {
      case Kind.FIELD:
        return part === null ? this.#field(selection, type) : this.#partOf(selection, type, part);
      case Kind.INLINE_FRAGMENT:
        return this.#fragment(selection, type, part);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.#options.fragments.get(selection.name.value);
        return fragment === undefined ? 0 : this.#fragment(fragment, type, part);
      }
    }
  }

  #fragment({ typeCondition, selectionSet }: Fragment, type: GraphQLNamedType, part: Part): number {
    const on = typeCondition && this.#options.schema.getType(typeCondition.name.value);
    return this.selection(selectionSet, on ?? type, part);
  }

  /** A field of a connection. Each list of members is there once, and what is below it for each member. */
  #partOf(node: FieldNode, type: GraphQLNamedType, part: NonNullable<Part>): number {
    if (part === 'once') return memberFields.has(node.name.value) ? 1 : this.#field(node, type);
    return memberFields.has(node.name.value) ? this.#field(node, type) : 0;
  }

  #field(node: FieldNode, type: GraphQLNamedType): number {
    const field =
      isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined) return 1; // `__typename`, and what introspection has
    const args: ArgumentsOf = () => getArgumentValues(field, node, this.#options.variableValues);
    try {
      const elsewhere = this.#elsewhere(field, node, args);
      if (elsewhere === null) return this.ofCluster(field, node);
      this.#variableCosts++;
      return elsewhere;
    } catch (error) {
      this.#variableCosts++;
      if (error instanceof GatewayError) return 1; // it is answered with this error
      throw error;
    }
  }

  /** A field that is about this cluster, with all that is below it. */
  ofCluster(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const own = this.#own(field, node);
    const type = getNamedType(field.type);
    const { selectionSet } = node;
    if (!isConnection(type) || selectionSet === undefined)
      return own.field + own.members * this.below(field, node);
    const page = this.selection(selectionSet, type, 'once');
    return own.field + page + own.members * this.selection(selectionSet, type, 'each');
  }

  below(field: GraphQLField<unknown, unknown>, { selectionSet }: FieldNode): number {
    return selectionSet === undefined ? 0 : this.selection(selectionSet, getNamedType(field.type));
  }

  #own(field: GraphQLField<unknown, unknown>, node: FieldNode): OwnCost {
    const { context, variableValues } = this.#options;
    const members = isListType(getNullableType(field.type)) ? usualMembers : 1;
    const complexity = complexityOf(field);
    if (typeof complexity === 'function') this.#variableCosts++;
    const declared =
      typeof complexity === 'function'
        ? complexity(getArgumentValues(field, node, variableValues), context, field)
        : complexity;
    if (typeof declared === 'number') return { field: declared, members };
    return { field: declared?.field ?? 1, members: Math.max(0, declared?.multiplier ?? members) };
  }

  /** A condition that is wrong is one for the execution, which refuses it at its place. */
  #isIncluded(selection: SelectionNode): boolean {
    if (selection.directives === undefined || selection.directives.length === 0) return true;
    this.#variableCosts++;
    const { variableValues } = this.#options;
    try {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true)
        return false;
      return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
    } catch (error) {
      if (error instanceof GraphQLError) return true;
      throw error;
    }
  }
}

function remember(
  costs: Pick<WeakMap<SelectionSetNode, Map<CostKey, number>>, 'get' | 'set'>,
  selections: SelectionSetNode,
  key: CostKey,
  cost: number,
): void {
  const known = costs.get(selections);
  if (known === undefined) costs.set(selections, new Map([[key, cost]]));
  else known.set(key, cost);
}

function isConnection({ extensions }: GraphQLNamedType): boolean {
  return 'connection' in extensions;
}

type Complexity =
  | FieldComplexityValue
  | ((
      args: Readonly<Record<string, unknown>>,
      context: Context,
      field: unknown,
    ) => FieldComplexityValue);

function complexityOf({
  extensions: { complexity },
}: GraphQLField<unknown, unknown>): Complexity | undefined {
  return isComplexity(complexity) ? complexity : undefined;
}

/** Pothos has it on the schema as the field has declared it. */
function isComplexity(value: unknown): value is Complexity {
  return ['function', 'number', 'object'].includes(typeof value) && value !== null;
}
