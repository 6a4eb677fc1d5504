/**
 * One answer has one state of a task: what an operation learns from workers, result backend and broker may contradict
 * the tasks that it has read before. Then it is executed a second time, from what it has read, and tasks as they are now.
 */
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
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

/**
 * @returns whether the operation has to be executed once more with this context, which is prepared for it. To be called
 * once, when a query has been executed.
 */
function startSecondPass({ views, sideErrors, executed, cacheStatus }: Context): boolean {
  const overtaken = views.readers.filter(({ isOvertaken }) => isOvertaken);
  if (overtaken.length === 0) return false;
  cacheStatus.markLive(); // parts of what was read are replaced by what the store knows now
  for (const each of overtaken) each.startSecondPass();
  sideErrors.clear();
  executed.count = 0;
  return true;
}
