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
import type { Cluster } from '../cluster.js';
import { clusterArgName, clusterTypeName } from '../cluster-plugin.js';
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
      { ...this.#options, context: cluster === null ? context : { ...context, ...cluster } },
      (field, node, args) => this.#elsewhere(field, node, args),
    );
    this.#clusters.set(cluster, costs);
    return costs;
  }

  /** A field that decides which cluster it is about, where there are several; null for any other. */
  #elsewhere(field: GraphQLField<unknown, unknown>, node: FieldNode, args: ArgumentsOf): number | null {
    const { clusters, viewer, views } = this.#options.context;
    if (views === null) return null;
    if (getNamedType(field.type).name === clusterTypeName && isListType(getNullableType(field.type))) {
      let cost = 1;
      for (const cluster of clusters.visibleTo(viewer)) cost += this.#of(cluster).below(field, node);
      return cost;
    }
    if (!field.args.some(({ name }) => name === clusterArgName)) return null;
    const { [clusterArgName]: name } = args();
    const cluster = clusters.pick(viewer, typeof name === 'string' ? name : null);
    return this.#of(cluster).ofCluster(field, node);
  }
}

interface Fragment {
  readonly typeCondition?: NamedTypeNode | undefined;
  readonly selectionSet: SelectionSetNode;
}

/**
 * Costs of selections that are the same for each operation: of fields that declare a number or nothing, without
 * directives. By the type that they are selected on.
 */
const constantCosts = new WeakMap<SelectionSetNode, Map<GraphQLNamedType, number>>();

type ArgumentsOf = () => Readonly<Record<string, unknown>>;
type Elsewhere = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  args: ArgumentsOf,
) => number | null;

class ClusterCosts {
  readonly #options: CostWalkOptions;
  readonly #elsewhere: Elsewhere;
  readonly #known = new Map<SelectionSetNode, Map<GraphQLNamedType, number>>();
  /** Costs that were counted and that another operation with the same document may not share. */
  #variableCosts = 0;

  constructor(options: CostWalkOptions, elsewhere: Elsewhere) {
    this.#options = options;
    this.#elsewhere = elsewhere;
  }

  selection(selections: SelectionSetNode, type: GraphQLNamedType): number {
    const constant = constantCosts.get(selections)?.get(type);
    if (constant !== undefined) return constant;
    const known = this.#known.get(selections)?.get(type);
    if (known !== undefined) {
      this.#variableCosts++;
      return known;
    }
    const before = this.#variableCosts;
    let cost = 0;
    for (const selection of selections.selections)
      if (this.#isIncluded(selection)) cost += this.#cost(selection, type);
    const isConstant = this.#variableCosts === before;
    remember(isConstant ? constantCosts : this.#known, selections, type, cost);
    return cost;
  }

  #cost(selection: SelectionNode, type: GraphQLNamedType): number {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, type);
      case Kind.INLINE_FRAGMENT:
        return this.#fragment(selection, type);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.#options.fragments.get(selection.name.value);
        return fragment === undefined ? 0 : this.#fragment(fragment, type);
      }
    }
  }

  #fragment({ typeCondition, selectionSet }: Fragment, type: GraphQLNamedType): number {
    const on = typeCondition && this.#options.schema.getType(typeCondition.name.value);
    return this.selection(selectionSet, on ?? type);
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
    return own.field + own.members * this.below(field, node);
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
  costs: Pick<WeakMap<SelectionSetNode, Map<GraphQLNamedType, number>>, 'get' | 'set'>,
  selections: SelectionSetNode,
  type: GraphQLNamedType,
  cost: number,
): void {
  const ofTypes = costs.get(selections);
  if (ofTypes === undefined) costs.set(selections, new Map([[type, cost]]));
  else ofTypes.set(type, cost);
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
