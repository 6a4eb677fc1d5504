/** Every published query, one after the other through one normalised cache: with the published settings it never warns. */
import { readFileSync } from 'node:fs';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema, Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { keys, possibleTypes, typePolicies } from '../../src/generated/client-caches.js';
import * as generated from '../../src/generated/operations.js';
import { startClientGateway } from './gateway.js';
import type { ClientGateway } from './gateway.js';

const sdl = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
const introspection: IntrospectionQuery = introspectionFromSchema(buildSchema(sdl));

const operations = (kind: OperationTypeNode) =>
  (Object.values(generated) as readonly DocumentNode[]).filter(({ definitions }) =>
    definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === kind),
  ) as TypedDocumentNode<Record<string, unknown>, object>[];
const queries = operations(OperationTypeNode.QUERY);
const mutations: readonly [DocumentNode, object][] = [
  [generated.InvalidateCacheDocument, {}],
  [generated.SendTaskDocument, { name: 'shop.mail.send_receipt' }],
];
/** They read the fragment of an interface. */
const controls: readonly [DocumentNode, object][] = [
  [generated.PingWorkersDocument, {}],
  [generated.RevokeTasksDocument, { taskIds: ['unknown'], dryRun: true }],
];

let server: ClientGateway;
let variables: object;
beforeAll(async () => {
  server = await startClientGateway();
  const { data } = await server.gateway.query<{ tasks: { nodes: readonly { taskId: string }[] } }>(
    '{ tasks(first: 1) { nodes { taskId } } }',
  );
  variables = {
    taskId: data?.tasks.nodes[0]?.taskId,
    hostname: 'worker1@embedded',
    name: 'default',
  };
});
afterAll(() => server[Symbol.asyncDispose]());

it.each([
  ['knows the schema', { schema: introspection as never }, [...mutations, ...controls]],
  ['does not know the schema', {}, mutations],
])('graphcache that %s', async (_, options, changes) => {
  const complaints: string[] = [];
  const logger = (severity: string, message: string) => {
    if (severity !== 'debug') complaints.push(message); // a miss of the cache is 'debug'
  };
  const cache = cacheExchange({ ...options, keys, logger });
  const client = new Client({ url: server.url, exchanges: [cache, fetchExchange] });
  for (const document of [...queries, ...queries]) {
    const { data, error } = await client.query(document, variables).toPromise();
    expect([error, data === undefined]).toEqual([undefined, false]);
  }
  for (const [document, input] of changes)
    expect((await client.mutation(document, input).toPromise()).error).toBeUndefined();
  expect(complaints).toEqual([]);
});

it('Apollo', async () => {
  const complaints: unknown[] = [];
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...all) => void complaints.push(all));
  onTestFinished(() => void vi.restoreAllMocks());
  const client = new ApolloClient({
    link: new HttpLink({ uri: server.url }),
    cache: new InMemoryCache({ possibleTypes, typePolicies }),
  });
  onTestFinished(() => client.stop());
  for (const query of queries) expect((await client.query({ query, variables })).error).toBeUndefined();
  for (const [mutation, input] of [...mutations, ...controls])
    expect((await client.mutate({ mutation, variables: input })).error).toBeUndefined();
  expect(complaints).toEqual([]);
});
