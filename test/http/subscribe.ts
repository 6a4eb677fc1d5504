/** Subscribing to a test server, over WebSocket and by server-sent events. */
import { createClient } from 'graphql-ws';
import type { Client, FormattedExecutionResult } from 'graphql-ws';
import type { TestServer } from './test-server.js';
import { WebSocket } from '../support/web-socket.js';

type Result = FormattedExecutionResult<Record<string, unknown>, unknown>;

export interface CacheStatsEvent {
  readonly data: { readonly cacheStats: { readonly summary: { readonly totalRequests: number } } };
}

export const webSocketUrl = ({ origin }: TestServer, path = '/graphql'): string =>
  origin.replace('http', 'ws') + path;

export function newClient(server: TestServer): Client {
  return createClient({ url: webSocketUrl(server), webSocketImpl: WebSocket, retryAttempts: 0 });
}

/** The only answer to a query or mutation. */
export async function runOnce(server: TestServer, query: string): Promise<Result> {
  const client = newClient(server);
  try {
    const answer: IteratorResult<Result> = await client.iterate({ query }).next();
    if (answer.done === true) throw new Error('the operation ended without an answer');
    return answer.value;
  } finally {
    await client.dispose();
  }
}

export interface SubscribeOptions {
  readonly variables?: object;
  readonly authorization?: string;
}

/** How to ask for server-sent events. */
export const sseRequest = (
  query: string,
  { variables, authorization }: SubscribeOptions = {},
): { method: string; headers: Record<string, string>; body: string } => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    ...(authorization !== undefined && { authorization }),
  },
  body: JSON.stringify({ query, variables }),
});

/** The `data` of server-sent events, one at a time; ends when the server ends the stream. */
export async function* serverSentEvents<T>(
  server: TestServer,
  query: string,
  options: SubscribeOptions = {},
): AsyncGenerator<T> {
  const response = await server.fetch('/graphql', sseRequest(query, options));
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: ?(\{.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data) as T;
    }
  }
}
