/** A gateway of the test's own, on a free port, and a client that speaks the committed documents. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { readConfig } from '../../src/config/config.js';
import { startGateway } from '../../src/gateway.js';
import { silentLogger } from '../../src/log.js';
import type { Logger } from '../../src/log.js';

export interface TestGatewayOptions {
  /** The embedded cluster without one. */
  readonly broker?: string;
  readonly resultBackend?: string;
  /** Further flags, as on the command line. */
  readonly args?: readonly string[];
  readonly log?: Logger;
}

export interface CacheEntry {
  readonly path: string;
  /** Of a gateway of several. */
  readonly cluster?: string;
  readonly cache: string;
  readonly status: 'HIT' | 'MISS';
  readonly age: number;
  readonly ttl: number;
  readonly stale: boolean;
  readonly collapsed: boolean;
  readonly found: boolean;
}

export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly extensions:
    | {
        readonly cache?: {
          readonly status: 'HIT' | 'MISS';
          readonly age: number;
          readonly entries: readonly CacheEntry[];
        };
      }
    | undefined;
}

export interface TestGateway extends AsyncDisposable {
  /** Of the GraphQL endpoint. */
  readonly url: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly port: number;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<Answer<Data>>;
  /** For documents that a test writes itself; the answer is what the caller says it is. */
  query<Data = Record<string, unknown>>(query: string, variables?: object): Promise<Answer<Data>>;
}

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { broker, resultBackend, args = [], log = silentLogger } = options;
  const flags = [
    ...['--port', '0'],
    ...(broker === undefined ? [] : ['--broker', broker]),
    ...(resultBackend === undefined ? [] : ['--result-backend', resultBackend]),
    ...args,
  ];
  const gateway = await startGateway(readConfig(flags, {}), log);
  const { origin } = new URL(gateway.url);

  async function post<Data>(body: object, headers: Record<string, string> = {}): Promise<Answer<Data>> {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Pick<Answer<Data>, 'data' | 'errors' | 'extensions'>;
    return { status: response.status, headers: response.headers, ...answer };
  }

  return {
    url: gateway.url,
    origin,
    port: gateway.port,
    fetch: (path, init) => fetch(origin + path, init),
    execute: (document, variables, headers) => post({ query: print(document), variables }, headers),
    query: (query, variables) => post({ query, variables }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}
