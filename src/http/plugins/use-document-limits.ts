/**
 * Bounds what an operation may ask for, over every transport: its text before it is parsed, depth and aliases before
 * it is
 * validated, errors while it is, and its variables and its cost before it is executed. Documents that are known are not
 * looked at again.
 */
import { GraphQLError, parse } from 'graphql';
import type { DocumentNode, ExecutionArgs, ParseOptions, Source, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Plugin } from 'graphql-yoga';
import { boundedError } from '../../graphql/errors/bounded-error.js';
import { withoutTypesOfValue } from '../../graphql/errors/hidden-schema.js';
import { checkText, tooDeep } from '../../graphql/limits/document-text.js';
import { limitError } from '../../graphql/limits/limit-error.js';
import { operationCost, shapeOf } from '../../graphql/limits/operation-cost.js';
import { depthError } from '../../graphql/limits/value-depth.js';
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

/**
 * Documents of more lines have errors without locations: graphql-js counts the lines from the start for each location of
 * each error.
 */
const maxLocatedLines = 500;

/** Errors of one document that are reported. */
const validation = { maxErrors: 20 };

export function useDocumentLimits(limits: Limits): Plugin<Context, ServerContext> {
  const { maxDepth, maxAliases, maxTokens, maxCost, introspection } = limits;
  // Each level of fields may have brackets of fragments and of arguments around it.
  const maxNesting = 4 * maxDepth + 20;

  const shown = (error: GraphQLError): GraphQLError =>
    introspection ? error : withoutTypesOfValue(error);

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
    const wrong = variableError(args);
    if (wrong) return shown(wrong);
    const budget = (args.contextValue as Partial<ServerContext>).budget ?? { spent: 0, answered: 0 };
    let cost;
    try {
      cost = operationCost(args, args.contextValue as Context);
    } catch (error) {
      if (error instanceof GraphQLError) return shown(inputError(error));
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
      serverContext.budget = { spent: 0, answered: 0 };
    },
    onParse({ context, setParseFn }) {
      const { params } = context as { readonly params?: { readonly variables?: unknown } };
      const error = depthError('variables', params?.variables);
      if (error) throw error;
      setParseFn((source: string | Source, options?: ParseOptions) => {
        const lines = checkText(source, { maxTokens, maxNesting });
        const noLocation = lines !== null && lines > maxLocatedLines;
        return refuseOverflow(() => parse(source, { ...options, noLocation }));
      });
    },
    onValidate({ params, setResult, validateFn, setValidationFn }) {
      const error = refuseOverflow(() => shapeError(params.documentAST as DocumentNode));
      if (error) setResult([error]);
      const run = validateFn as typeof validate;
      setValidationFn((...[schema, document, rules]: Parameters<typeof validate>) =>
        refuseOverflow(() => run(schema, document, rules, validation)).map(validationError),
      );
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

/** For an argument without which the cost is unknown. */
function inputError({ message, nodes }: GraphQLError): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400, spec: true } };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions });
}

/** What graphql-js reports when its rule on fields of one name has compared as many as it may. */
const comparisonsSpent = 'Validation aborted.';

function validationError(error: GraphQLError): GraphQLError {
  if (error.message !== comparisonsSpent) return boundedError(error);
  return limitError('The document has too many fields of one name to be compared');
}

/** A stack overflow in a limit, or in what is done before the limits are known, refuses the document. */
function refuseOverflow<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error;
  }
}
