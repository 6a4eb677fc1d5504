/**
 * Refuses answers that are too large, and writes large ones in slices. Items of subscriptions are bounded in
 * use-subscription-items.ts; what is sent over WebSocket is written by graphql-ws, whole.
 */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.js';
import { slices } from '../../slices.js';
import { boundedAnswer } from '../answer-size.js';
import { jsonText } from '../json-text.js';
import { writtenData } from '../written-data.js';
import type { ServerContext } from '../server-context.js';

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** Bytes up to which an answer is written at once, which takes a millisecond. */
const smallBytes = 128 * 1024;

/** What Yoga calls in place of `JSON.stringify`; its types leave it out. */
interface Written extends ExecutionResult {
  stringify?: (result: ExecutionResult) => string;
}

export function useAnswerSize(maxBytes: number): Plugin<Context, ServerContext> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const execute = executeFn as Execute;
      // A WebSocket has a budget for each operation.
      const { budget } = args.contextValue as Partial<ServerContext>;
      setExecuteFn(async (given: ExecutionArgs) =>
        boundedAnswer(await execute(given), maxBytes, budget),
      );
    },
    async onResultProcess({ result, serverContext }) {
      if (Symbol.asyncIterator in result) return;
      const isLarge = (serverContext.budget?.answered ?? 0) > smallBytes;
      const answers: readonly ExecutionResult[] = Array.isArray(result) ? result : [result];
      for (const answer of answers)
        if (answer.data && (isLarge || writtenData(answer.data) !== null)) await prepare(answer);
    },
  };
}

async function prepare(answer: Written): Promise<void> {
  const { data } = answer;
  if (!data) return;
  const text = writtenData(data) ?? (await slices.run(jsonText(data)));
  answer.stringify = (result) => {
    const members = Object.entries(result).filter(([, value]) => value !== undefined);
    const written = members
      .filter(([name]) => name !== 'stringify')
      .map(
        ([name, value]) => `${JSON.stringify(name)}:${name === 'data' ? text : JSON.stringify(value)}`,
      );
    return `{${written.join()}}`;
  };
}
