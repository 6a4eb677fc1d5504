/**
 * Bounds what an operation may ask for, over every transport: tokens while it is parsed, depth and aliases before it is
 * validated, and its cost, with the values of its variables, before it is executed. Documents that are known are not
 * looked at again.
 */
import { GraphQLError, parse } from 'graphql';
import type { DocumentNode, ExecutionArgs, ParseOptions, Source, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Plugin } from 'graphql-yoga';
import { limitError } from '../../graphql/limits/limit-error.js';
import { operationCost, shapeOf } from '../../graphql/limits/operation-cost.js';
import { variableError } from '../../graphql/limits/variables.js';
import type { Context } from '../../graphql/context.js';
import type { DocumentLimits } from '../limits.js';
import type { ServerContext } from '../server-context.js';

/** Characters of all texts together whose documents are kept: a document takes some fifty times its text. */
const maxKnownCharacters = 1024 * 1024;

/** For Yoga, whose own caches hold a thousand documents of any size for an hour. */
export function documentCache() {
  const sizeCalculation = (_: unknown, text: string): number => text.length + 1;
  const options = {
    maxSize: maxKnownCharacters,
    maxEntrySize: maxKnownCharacters / 16,
    sizeCalculation,
  };
  return {
    documentCache: new LRUCache<string, DocumentNode>(options),
    errorCache: { get: () => undefined, set: () => undefined },
  };
}

type Limits = Pick<
  DocumentLimits,
  'maxDepth' | 'maxAliases' | 'maxTokens' | 'maxCost' | 'introspection'
>;

export function useDocumentLimits(limits: Limits): Plugin<Context, ServerContext> {
  const { maxDepth, maxAliases, maxTokens, maxCost, introspection } = limits;

  function shapeError(document: DocumentNode): GraphQLError | null {
    const { depth, aliases } = shapeOf(document);
    if (depth > maxDepth)
      return limitError(
        `The operation has ${depth} levels of fields; no more than ${maxDepth} are allowed`,
      );
    if (aliases > maxAliases)
      return limitError(`The operation has ${aliases} aliases; no more than ${maxAliases} are allowed`);
    return null;
  }

  /** Variables come first: whatever reads their values after this finds none that is wrong. */
  function costError(args: ExecutionArgs): GraphQLError | null {
    const wrong = variableError(args, { hideSuggestions: !introspection });
    if (wrong) return wrong;
    const budget = (args.contextValue as Partial<ServerContext>).budget ?? { spent: 0 };
    let cost;
    try {
      cost = operationCost(args);
    } catch (error) {
      if (error instanceof GraphQLError) return inputError(error);
      throw error;
    }
    const before = budget.spent;
    if (before + cost <= maxCost) {
      budget.spent += cost;
      return null;
    }
    const batch = before === 0 ? '' : `, after ${before} of the others in its batch`;
    return limitError(`The operation costs ${cost}${batch}; no more than ${maxCost} is allowed`);
  }

  return {
    onRequest({ serverContext }) {
      serverContext.budget = { spent: 0 };
    },
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) => {
        try {
          return parse(source, { ...options, maxTokens });
        } catch (error) {
          throw bounded(error, maxTokens);
        }
      });
    },
    onValidate({ params, setResult, validateFn, setValidationFn }) {
      const error = shapeError(params.documentAST as DocumentNode);
      if (error) setResult([error]);
      const run = validateFn as typeof validate;
      setValidationFn((...args: Parameters<typeof validate>) => {
        try {
          return run(...args);
        } catch (cause) {
          if (cause instanceof RangeError) return [tooDeep()];
          throw cause;
        }
      });
    },
    onExecute({ args, setResultAndStopExecution }) {
      const error = costError(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = costError(args);
      if (error) setResultAndStopExecution({ errors: [error] });
    },
  };
}

/** Of an argument without which nobody knows the cost. */
function inputError({ message, nodes }: GraphQLError): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400, spec: true } };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions });
}

/** What GraphQL's own parser and rules say of a document that is too much for them. */
function bounded(error: unknown, maxTokens: number): unknown {
  if (error instanceof RangeError) return tooDeep();
  if (error instanceof GraphQLError && error.message.includes('Parsing aborted'))
    return limitError(`The document has more than ${maxTokens} tokens, which is what is allowed`);
  return error;
}

/** More brackets than the stack has room for. */
function tooDeep(): GraphQLError {
  return limitError('The document nests too deep to be read');
}
