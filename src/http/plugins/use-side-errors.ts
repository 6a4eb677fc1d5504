/**
 * Adds the errors beside values to the answer of an operation: see side-errors.ts. Items of subscriptions are executed
 * one by one, in use-subscription-items.ts, which adds their own.
 */
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import type { ServerContext } from '../server-context.js';

export function useSideErrors(): Plugin<Context, ServerContext> {
  return {
    onExecute({ args }) {
      const { sideErrors } = args.contextValue;
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return;
          setResult(sideErrors.addTo(result));
        },
      };
    },
  };
}
