/**
 * What a query selects of an object of one type: which fields, by which resolvers, and what is below them. graphql-js finds
 * this out for each object and each execution anew; here it is kept with the document.
 */
import {
  defaultFieldResolver,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  NamedTypeNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

/** What of an operation decides what it selects. */
export interface Selecting {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** How a value is completed. */
export type Shape = { readonly isNonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly type: GraphQLObjectType }
  | { readonly kind: 'abstract'; readonly type: GraphQLAbstractType }
  | { readonly kind: 'list'; readonly item: Shape }
);

function shapeOf(type: GraphQLOutputType): Shape {
  const isNonNull = isNonNullType(type);
  const nullable = isNonNull ? type.ofType : type;
  if (isListType(nullable)) return { isNonNull, kind: 'list', item: shapeOf(nullable.ofType) };
  if (isLeafType(nullable)) return { isNonNull, kind: 'leaf', type: nullable };
  if (isAbstractType(nullable)) return { isNonNull, kind: 'abstract', type: nullable };
  return { isNonNull, kind: 'object', type: nullable };
}

/** A field of an object of one type, by its name in the answer. */
export class FieldPlan {
  readonly responseName: string;
  readonly nodes: readonly FieldNode[];
  readonly node: FieldNode;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly hasArguments: boolean;
  readonly shape: Shape;
  readonly #below = new Map<GraphQLObjectType, SelectionPlan>();

  constructor(
    responseName: string,
    nodes: readonly [FieldNode, ...FieldNode[]],
    parentType: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
  ) {
    this.responseName = responseName;
    this.nodes = nodes;
    this.node = nodes[0];
    this.parentType = parentType;
    this.definition = definition;
    this.resolve = definition.resolve ?? defaultFieldResolver;
    this.hasArguments = definition.args.length > 0;
    this.shape = shapeOf(definition.type);
  }

  /** What is selected of its value, which is an object of this type. */
  below(type: GraphQLObjectType, selecting: Selecting): SelectionPlan {
    let plan = this.#below.get(type);
    if (plan === undefined) {
      const sets = this.nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      this.#below.set(type, (plan = new SelectionPlan(type, sets, selecting)));
    }
    return plan;
  }
}

export class SelectionPlan {
  /** In the order of the answer. */
  readonly fields: readonly FieldPlan[];
  readonly #empty: Readonly<Record<string, unknown>>;

  constructor(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    selecting: Selecting,
  ) {
    const found = new Map<string, [FieldNode, ...FieldNode[]]>();
    const visited = new Set<string>();
    for (const set of selectionSets) collect(set, type, selecting, found, visited);
    const fields: FieldPlan[] = [];
    for (const [name, nodes] of found) {
      const definition = definitionOf(selecting.schema, type, nodes[0].name.value);
      if (definition !== undefined) fields.push(new FieldPlan(name, nodes, type, definition));
    }
    this.fields = fields;
    // Parsed, since V8 gives such an object a shape that its copies share: they take less memory, and are written
    // faster, than objects whose members are added one by one.
    const members = fields.map(({ responseName }) => `${JSON.stringify(responseName)}:null`);
    this.#empty = JSON.parse(`{${members.join()}}`) as Record<string, null>;
  }

  /** An object with all members of the answer, which are null. */
  newResult(): Record<string, unknown> {
    return { ...this.#empty };
  }
}

/** Plans of operations whose selections are the same in each execution. */
const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, SelectionPlan>>();

export function planOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  rootType: GraphQLObjectType,
  selecting: Selecting,
): SelectionPlan {
  let plans = known.get(selecting.schema);
  if (plans === undefined) known.set(selecting.schema, (plans = new WeakMap()));
  let plan = plans.get(operation);
  if (plan === undefined) {
    plan = new SelectionPlan(rootType, [operation.selectionSet], selecting);
    if (!document.definitions.some((each) => 'selectionSet' in each && isConditional(each.selectionSet)))
      plans.set(operation, plan);
  }
  return plan;
}

/** Whether what is selected depends on variables. */
function isConditional({ selections }: SelectionSetNode): boolean {
  return selections.some(
    (selection) =>
      (selection.directives !== undefined && selection.directives.length > 0) ||
      (selection.kind !== Kind.FRAGMENT_SPREAD &&
        selection.selectionSet !== undefined &&
        isConditional(selection.selectionSet)),
  );
}

function collect(
  { selections }: SelectionSetNode,
  type: GraphQLObjectType,
  selecting: Selecting,
  found: Map<string, [FieldNode, ...FieldNode[]]>,
  visited: Set<string>,
): void {
  const { schema, fragments, variableValues } = selecting;
  for (const selection of selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
    if (!isIncluded(selection, variableValues)) continue;
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const nodes = found.get(name);
      if (nodes === undefined) found.set(name, [selection]);
      else nodes.push(selection);
      continue;
    }
    let fragment:
      { typeCondition?: NamedTypeNode | undefined; selectionSet: SelectionSetNode } | undefined;
    if (selection.kind === Kind.INLINE_FRAGMENT) fragment = selection;
    else {
      visited.add(selection.name.value);
      fragment = fragments[selection.name.value];
    }
    if (fragment !== undefined && applies(fragment.typeCondition, type, schema))
      collect(fragment.selectionSet, type, selecting, found, visited);
  }
}

function isIncluded(
  selection: SelectionNode,
  variableValues: Readonly<Record<string, unknown>>,
): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variableValues)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.['if'] !== false;
}

/** Whether a fragment on a type is about objects of this one. */
function applies(
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType,
  schema: GraphQLSchema,
): boolean {
  if (condition === undefined || condition.name.value === type.name) return true;
  const on = schema.getType(condition.name.value);
  return isAbstractType(on) && schema.isSubType(on, type);
}

function definitionOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return type.getFields()[name];
}

/** An object type by its name; undefined if there is none. */
export function objectTypeOf(schema: GraphQLSchema, name: string): GraphQLObjectType | undefined {
  const type = schema.getType(name);
  return isObjectType(type) ? type : undefined;
}
