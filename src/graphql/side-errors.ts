/**
 * Errors beside a value: a list that lacks what could not be read is answered all the same, and the answer says so. In
 * GraphQL a resolver has either a value or an error, so these are added when the operation has been executed.
 */
import { GraphQLError, responsePathAsArray } from 'graphql';
import type { ExecutionResult, GraphQLResolveInfo } from 'graphql';
import type { GatewayError } from '../errors.js';
import { errorExtensions } from './mask-error.js';

/** An answer with more errors than this has said enough. */
const maxErrors = 100;

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

  /** The result with these errors behind its own. */
  addTo<Data extends ExecutionResult>(result: Data): Data {
    if (this.#errors.length === 0) return result;
    return { ...result, errors: [...(result.errors ?? []), ...this.#errors] };
  }
}
