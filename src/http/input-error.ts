/**
 * Gives the errors of graphql-js about the values of variables, which it finds before it executes anything, the code
 * and the status of bad input. An error with a path is one of a field, and is left as it is.
 */
import { GraphQLError } from 'graphql';

export function asInputError(error: GraphQLError): GraphQLError {
  if (error.path !== undefined) return error;
  const { message, nodes, extensions } = error;
  const code = { code: 'BAD_USER_INPUT', http: { status: 400 } };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { ...extensions, ...code } });
}
