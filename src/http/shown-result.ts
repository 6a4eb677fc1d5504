/** Results as clients see them where there is no response whose status and headers an error could set. */
import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';

interface Result {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
}

/** One item of a stream. */
export function shownResult({ data, errors, extensions }: Result): FormattedExecutionResult {
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map(withoutHttp) }),
    ...(extensions && { extensions }),
  };
}

/** Status and headers are of a response over HTTP. */
export function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { extensions = {}, ...shown } = error.toJSON();
  const others = Object.entries(extensions).filter(([name]) => name !== 'http');
  return { ...shown, extensions: Object.fromEntries(others) };
}
