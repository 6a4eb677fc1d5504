/**
 * Checks the values of variables before anything else looks at them. graphql-js describes every wrong value, each time
 * with the whole value that it is in, which takes quadratic time; here the first error is the only one.
 */
import { getOperationAST, getVariableValues, GraphQLError } from 'graphql';
import { cutMessage } from '../../cut-message.js';
import type { Operation } from './operation-cost.js';

/** Null if all values are of their types, or there is no operation to execute. */
export function variableError(args: Operation): GraphQLError | null {
  const { schema, document, operationName, variableValues } = args;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  if (definitions.length === 0) return null;
  // graphql-js stops at the second error, which it makes before it looks how many there may be.
  const { errors } = getVariableValues(schema, definitions, { ...variableValues }, { maxErrors: 1 });
  const [first] = errors ?? [];
  if (first === undefined) return null;
  return new GraphQLError(cutMessage(first.message), {
    nodes: first.nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
