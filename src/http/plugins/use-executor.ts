/**
 * Executes queries with execute-query.ts, and mutations with graphql-js, which executes the items of subscriptions as well
 * (use-subscription-items.ts). Yoga's own executor is installed with Yoga and not used: its releases for Node 20 write
 * the fields of an answer in the order in which they resolve, not in that of the selection.
 */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import { executeQuery } from '../../graphql/execution/execute-query.js';
import { asInputError } from '../input-error.js';
import type { ServerContext } from '../server-context.js';

export function useExecutor(): Plugin<Context, ServerContext> {
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(executeOperation);
    },
  };
}

async function executeOperation(args: ExecutionArgs): Promise<ExecutionResult> {
  const result = await executeQuery(args);
  // Without data, not even null: nothing was executed.
  if (result.data !== undefined || !result.errors) return result;
  return { errors: result.errors.map(asInputError) };
}
