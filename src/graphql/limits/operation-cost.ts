/**
 * What an operation costs, in fields: every field that it executes counts one, as often as the list that it hangs on has
 * members now, and work behind a field counts as the fields that take as long (sizes.ts). A field declares both on the
 * schema (`complexity`); other lists count ten. Pothos has a walk for this, which knows one context for the whole
 * operation: here each field is counted by the sizes of the cluster that it is about.
 */
import { getOperationAST, getVariableValues, Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema } from 'graphql';
import type { Context } from '../context.js';
import { CostWalk } from './cost-walk.js';
import { documentShape } from './document-shape.js';
import type { DocumentShape } from './document-shape.js';

/** The fields of introspection are not of the schema and declare nothing: more than they bring in the worst case, since they are answered in one piece. */
const schemaCost = 100_000;
const typeCost = 2_000;

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

const shapes = new WeakMap<DocumentNode, DocumentShape>();

export function shapeOf(document: DocumentNode): DocumentShape {
  const known = shapes.get(document);
  if (known !== undefined) return known;
  const shape = documentShape(document);
  shapes.set(document, shape);
  return shape;
}

/**
 * Of a valid document; 0 when there is nothing that could be executed, which the execution says better.
 * @param context of the operation: who asks decides which clusters are read
 * @throws GraphQLError of an argument that a variable's value makes invalid: the execution would do all the rest
 */
export function operationCost(
  { schema, document, operationName, variableValues }: Operation,
  context: Context,
): number {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  if (!operation || !type) return 0;
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, { ...variableValues }, { maxErrors: 1 });
  if (coerced === undefined) return 0; // one is not of its type
  const walk = new CostWalk({
    schema,
    context,
    fragments: fragmentsOf(document),
    variableValues: coerced,
  });
  const { schemas, types } = shapeOf(document);
  return walk.root(operation.selectionSet, type) + schemas * schemaCost + types * typeCost;
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return fragments;
}
