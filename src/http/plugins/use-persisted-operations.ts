/** Takes the id of a committed operation for its text and, where that is wanted, lets nothing else run. */
import { GraphQLError } from 'graphql';
import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isPersisted, persistedIdIn, persistedOperations } from '../persisted-operations.js';

/** Of the parameters of a request, besides those that GraphQL over HTTP has. */
export const persistedParamNames = ['documentId'];

/**
 * What a client sent, with the text where it sent the id instead.
 * @throws GraphQLError when there is an id, and no operation of it
 */
function withPersistedText<Params>(params: Params): Params {
  if (typeof params !== 'object' || params === null || ('query' in params && params.query))
    return params;
  const id = persistedIdIn(params);
  if (id === null) return params;
  const query = persistedOperations.get(id);
  if (query !== undefined) return { ...params, query };
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
  throw new GraphQLError('There is no persisted operation with this id', { extensions });
}

/** @param only whether what is not committed is refused, before it is held against the schema */
export function usePersistedOperations(only: boolean): Plugin {
  return {
    onParams({ params, request, setParams }) {
      const documentId =
        request.method === 'GET' ? new URL(request.url).searchParams.get('documentId') : null;
      setParams(withPersistedText(documentId === null ? params : { ...params, documentId }));
    },
    onValidate({ params, setResult }) {
      if (!only || isPersisted(params.documentAST as DocumentNode)) return;
      const extensions = { code: 'FORBIDDEN', http: { status: 403, spec: true } };
      setResult([new GraphQLError('Only persisted operations are allowed', { extensions })]);
    },
  };
}
