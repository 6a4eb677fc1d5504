/**
 * Errors as data: what callers can act on keeps its message and gets its code; everything else is masked, with an id
 * that is in the log beside what really happened.
 */
import { randomUUID } from 'node:crypto';
import { GraphQLError, isValueNode, Kind } from 'graphql';
import {
  GatewayError,
  ListCutError,
  UnreadableReplyError,
  UnreadableResultError,
} from '../../errors.js';
import type { Logger } from '../../log.js';
import { boundedError } from './bounded-error.js';
import { tooDeep } from '../limits/document-text.js';

export function createErrorMask(log: Logger): (error: unknown) => GraphQLError {
  const mask = (error: unknown): GraphQLError => {
    const cause = rootCause(error);
    const place =
      error instanceof GraphQLError
        ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path }
        : {};
    if (cause instanceof GatewayError) {
      return new GraphQLError(cause.message, {
        ...definedOnly(place),
        extensions: errorExtensions(cause),
      });
    }
    // GraphQL's own complaints about the document, variables and arguments are meant for the caller.
    if (
      error instanceof GraphQLError &&
      (error.originalError === undefined || error.originalError instanceof GraphQLError)
    ) {
      const code = missingCode(error);
      return code === null ? error : withCode(error, code);
    }
    // No field failed: what the client sent has more levels than the stack has room for.
    if (isStackOverflow(cause) && !(error instanceof GraphQLError && error.path)) return tooDeep();
    const id = randomUUID();
    log.error('unexpected error', {
      id,
      error: cause,
      path: error instanceof GraphQLError ? error.path : undefined,
    });
    return new GraphQLError('Unexpected error', {
      ...definedOnly(place),
      extensions: { code: 'INTERNAL_SERVER_ERROR', id },
    });
  };
  return (error) => boundedError(mask(error));
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/** The code, and what else a program may act on. */
export function errorExtensions(error: GatewayError): Readonly<Record<string, unknown>> {
  const { code } = error;
  if (error instanceof UnreadableReplyError)
    return { code, hostname: error.hostname, contentType: error.contentType };
  if (error instanceof ListCutError) return { code, total: error.total, shown: error.shown };
  if (error instanceof UnreadableResultError) return { code, contentType: error.contentType };
  return { code };
}

/** Of what is refused neither by validation nor by a resolver, which have codes: the text, or a value. */
function missingCode({ extensions, nodes, source, path }: GraphQLError): string | null {
  if (extensions['code'] !== undefined) return null;
  const [node] = nodes ?? [];
  // Of a variable, or of an argument that takes no null and is given one by its variable.
  if (node && (node.kind === Kind.VARIABLE_DEFINITION || isValueNode(node))) return 'BAD_USER_INPUT';
  if (path !== undefined) return null;
  return nodes === undefined && source !== undefined ? 'GRAPHQL_PARSE_FAILED' : null;
}

function withCode(
  { message, nodes, source, positions, path, extensions }: GraphQLError,
  code: string,
): GraphQLError {
  return new GraphQLError(message, {
    ...definedOnly({ nodes, source, positions, path }),
    extensions: { ...extensions, code },
  });
}

function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootCause(error.originalError) : error;
}

function definedOnly<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
