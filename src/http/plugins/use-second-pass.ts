/** Executes a query once more if its answer would show two states of a task: see second-pass.ts. */
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import { startSecondPass } from '../../graphql/second-pass.js';
import type { ServerContext } from '../server-context.js';

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

export function useSecondPass(): Plugin<Context, ServerContext> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      if (!isQuery(args)) return;
      const { contextValue } = args;
      const execute = executeFn as Execute;
      setExecuteFn(async (given: ExecutionArgs) => {
        const result = await execute(given);
        if (Symbol.asyncIterator in result) return result;
        return startSecondPass(contextValue) ? execute(given) : result;
      });
    },
  };
}

function isQuery({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
}
