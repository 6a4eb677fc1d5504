/** Adds the errors beside values to the answer of an operation: see side-errors.ts. */
import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import type { ServerContext } from '../server-context.js';

export function useSideErrors(): Plugin<Context, ServerContext> {
  return {
    // Not onExecutionResult: over WebSocket only the hooks of the execution itself run.
    onExecute({ args }) {
      const { sideErrors } = args.contextValue;
      return {
        onExecuteDone({ result, setResult }) {
          if (sideErrors.list.length === 0 || Symbol.asyncIterator in result) return;
          // Yoga's type leaves open what GraphQL has executed.
          const errors = (result.errors ?? []) as readonly GraphQLError[];
          setResult({ ...result, errors: [...errors, ...sideErrors.list] });
        },
      };
    },
  };
}
