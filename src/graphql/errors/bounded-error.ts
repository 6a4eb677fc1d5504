/** Bounds what an error repeats of the document that it is about. */
import { GraphQLError } from 'graphql';
import { cutMessage } from '../../cut-message.js';

/** Places of a document that one error names. */
const maxLocations = 10;

export function boundedError(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, path, extensions } = error;
  const text = cutMessage(message);
  if (text === message && (nodes?.length ?? 0) <= maxLocations) return error;
  const place = nodes
    ? { nodes: nodes.slice(0, maxLocations) }
    : { source: source ?? null, positions: positions ?? null };
  return new GraphQLError(text, { ...place, path: path ?? null, extensions });
}
