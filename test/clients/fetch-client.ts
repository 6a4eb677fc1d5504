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
): Promise<Answer<Data>> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const body = JSON.stringify({ query: print(document), variables });
  const response = await fetch(url, { method: 'POST', headers, body });
  return (await response.json()) as Answer<Data>;
}

export async function countWorkers(url: string): Promise<number | null> {
  const { data, errors } = await execute(url, WorkersStatusDocument, {});
  // `data` may be there beside `errors`: show both.
  for (const { message, extensions } of errors ?? []) console.warn(extensions?.code, message);
  return data?.total ?? null;
}

/** Task events as they come, again after a restart of the gateway. */
export async function* taskEvents(url: string, states: string[]) {
  const socketUrl = url.replace(/^http/, 'ws');
  const client = createClient({ url: socketUrl, retryAttempts: Infinity, shouldRetry: () => true });
  const operation = { query: print(WatchTaskEventsDocument), variables: { filter: { states } } };
  for await (const { data } of client.iterate<WatchTaskEventsSubscription>(operation))
    if (data) yield data.taskEvents;
}
