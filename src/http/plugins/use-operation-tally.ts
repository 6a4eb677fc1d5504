/** Counts operations as they end, over HTTP and WebSocket alike. */
import { getOperationAST } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type {
  OperationStatus,
  OperationTally,
  OperationType,
} from '../../prometheus/operation-tally.js';

export function useOperationTally(tally: OperationTally): Plugin {
  return {
    onParse:
      () =>
      ({ result }) => {
        if (result instanceof Error) tally.ended(null, 'refused');
      },
    onValidate:
      () =>
      ({ valid }) => {
        if (!valid) tally.ended(null, 'refused');
      },
    onExecute({ args }) {
      const startedAt = performance.now();
      return {
        onExecuteDone({ result }) {
          const seconds = (performance.now() - startedAt) / 1000;
          // `@defer` is not in the schema: a result that is none yet does not come.
          if (Symbol.asyncIterator in result) return;
          // No data, not even null: too costly, or its variables are wrong, and nothing was executed.
          if (result.data === undefined) tally.ended(typeOf(args), 'refused');
          else tally.ended(typeOf(args), statusOf(result), seconds);
        },
      };
    },
    onSubscribe: ({ args }) => ({
      onSubscribeResult({ result }) {
        const isStream = Symbol.asyncIterator in result;
        tally.ended(typeOf(args), isStream ? 'ok' : statusOf(result));
      },
    }),
  };
}

function typeOf({ document, operationName }: ExecutionArgs): OperationType | null {
  return getOperationAST(document, operationName)?.operation ?? null;
}

function statusOf({ data, errors = [] }: ExecutionResult): OperationStatus {
  if (errors.length === 0) return 'ok';
  const hasData = data != null && Object.values(data).some((value) => value !== null);
  return hasData ? 'partial' : 'error';
}
