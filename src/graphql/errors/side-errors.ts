/**
 * Errors beside a value: a list that lacks what could not be read is answered all the same, and the answer says so. In
 * GraphQL a resolver has either a value or an error, so these are added when the operation has been executed.
 */
import { GraphQLError, responsePathAsArray } from 'graphql';
import type { ExecutionResult, GraphQLResolveInfo } from 'graphql';
import type { GatewayError } from '../../errors.js';
import { errorExtensions } from './mask-error.js';

/** An answer with more errors than this has said enough. */
const maxErrors = 100;
/** Errors of an answer, those of fields among them. */
const maxListed = 1_000;

/** Of one operation, or of one item of a subscription. */
export class SideErrors {
  readonly #errors: GraphQLError[] = [];

  /** Adds an error at the place of a field that has a value. */
  add(error: GatewayError, { fieldNodes, path }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'path'>): void {
    if (this.#errors.length >= maxErrors) return;
    this.#errors.push(
      new GraphQLError(error.message, {
        nodes: fieldNodes,
        path: responsePathAsArray(path),
        extensions: errorExtensions(error),
      }),
    );
  }

  /** Before the operation is executed again. */
  clear(): void {
    this.#errors.length = 0;
  }

  /** The result with these errors behind its own, and no more errors than an answer may have. */
  addTo<Data extends ExecutionResult>(result: Data): Data {
    const errors = [...(result.errors ?? []), ...this.#errors];
    if (errors.length === (result.errors?.length ?? 0) && errors.length <= maxListed) return result;
    return { ...result, errors: listed(errors) };
  }
}

function listed(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  if (errors.length <= maxListed) return errors;
  const message = `${errors.length - maxListed} further errors are not listed`;
  const limit = new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
  return [...errors.slice(0, maxListed), limit];
}
