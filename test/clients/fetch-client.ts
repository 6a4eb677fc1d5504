import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WatchTaskEventsDocument, WorkersStatusDocument } from '../../src/generated/operations.js';
import type { WatchTaskEventsSubscription } from '../../src/generated/operations.js';

/** What GraphQL answers: data, errors, or both. */
interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Runs one operation; the types of its data and variables come from the document. */
export async function execute<Data, Variables>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token?: string,
): Promise<Answer<Data>> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...authorization,
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  return (await response.json()) as Answer<Data>;
}

export async function countWorkers(url: string): Promise<number | null> {
  const { data, errors } = await execute(url, WorkersStatusDocument, {});
  // `data` may be there beside `errors`: show both.
  for (const { message, extensions } of errors ?? []) console.warn(extensions?.code, message);
  return data?.total ?? null;
}

/** Task events as they come; Node.js before 22 needs `webSocketImpl` too, such as that of `ws`. */
export async function* taskEvents(url: string, states: string[]) {
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    retryAttempts: Infinity,
    shouldRetry: () => true,
  });
  const operation = { query: print(WatchTaskEventsDocument), variables: { filter: { states } } };
  for await (const { data } of client.iterate<WatchTaskEventsSubscription>(operation))
    if (data) yield data.taskEvents;
}
