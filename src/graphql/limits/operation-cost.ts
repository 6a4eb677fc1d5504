/**
 * What an operation costs: every field counts one, and as often as the list that it hangs on has members. Fields that
 * take a number of members declare it on the schema (`complexity`); other lists count ten.
 */
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { getOperationAST, getVariableValues, GraphQLError, Kind } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { documentShape } from './document-shape.js';
import type { DocumentShape } from './document-shape.js';

/** The fields of introspection are not of the schema and declare nothing: about what they bring in the worst case. */
const schemaCost = 20_000;
const typeCost = 500;

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Costs that no variable changes, and the shape of each document. */
const fixedCosts = new WeakMap<object, number>();
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
 * @throws GraphQLError of an argument that a variable's value makes invalid: the execution would do all the rest
 */
export function operationCost({ schema, document, operationName, variableValues }: Operation): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 0;
  const fixed = fixedCosts.get(operation);
  if (fixed !== undefined) return fixed;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const { schemas, types } = shapeOf(document);
  try {
    const { complexity } = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
      { schema, variables: { ...variableValues } },
    );
    const cost = complexity + schemas * schemaCost + types * typeCost;
    if ((operation.variableDefinitions ?? []).length === 0) fixedCosts.set(operation, cost);
    return cost;
  } catch (error) {
    const areVariablesWrong = getVariableValues(
      schema,
      operation.variableDefinitions ?? [],
      { ...variableValues },
      { maxErrors: 1 },
    ).errors;
    if (error instanceof GraphQLError && areVariablesWrong) return 0; // one is not of its type
    throw error;
  }
}
