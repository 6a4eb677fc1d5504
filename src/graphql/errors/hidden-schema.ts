/** Errors where the schema is not to be read: those of graphql-js quote its types and guess at names, so they say less. */
import { GraphQLError, isValueNode, Kind } from 'graphql';

/** Beginnings of what graphql-js says without a name of the schema. */
const harmless = ['GraphQL introspection has been disabled', 'Too many validation errors'];

/** Of a document that is not valid; what has a code is the gateway's own. */
export function withoutTypesOfDocument(error: GraphQLError): GraphQLError {
  const { message, extensions } = error;
  const isOurs = (extensions['code'] ?? 'GRAPHQL_VALIDATION_FAILED') !== 'GRAPHQL_VALIDATION_FAILED';
  if (isOurs || harmless.some((beginning) => message.startsWith(beginning))) return error;
  return general(error, 'The document does not match the schema at this position');
}

/** Of a value of a variable or an argument; all others are returned as they are. */
export function withoutTypesOfValue(error: GraphQLError): GraphQLError {
  const [node] = error.nodes ?? [];
  if (node?.kind === Kind.VARIABLE_DEFINITION)
    return general(error, `Variable "$${node.variable.name.value}" has a value that is not of its type`);
  if (node !== undefined && isValueNode(node))
    return general(error, 'An argument has a value that is not of its type');
  return error.extensions['code'] === 'BAD_USER_INPUT' && /^(?:Argument|Field) "/.test(error.message)
    ? general(error, 'An argument is missing, or has a value that is not of its type')
    : error;
}

function general({ nodes, path, extensions }: GraphQLError, message: string): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
}
