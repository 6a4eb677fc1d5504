/** Apollo Client 4, whose cache normalises by type and `id`, without any configuration. */
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import {
  identified,
  pageOfTasks,
  sendAndRerun,
  sendAndRerunVariables,
  workerById,
} from './documents.js';
import { startClientGateway, walk } from './gateway.js';
import type { ClientGateway } from './gateway.js';

let server: ClientGateway;
let client: ApolloClient;
const complaints: unknown[] = [];
beforeAll(async () => {
  server = await startClientGateway();
  client = new ApolloClient({ link: new HttpLink({ uri: server.url }), cache: new InMemoryCache() });
});
afterAll(async () => {
  client.stop();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  complaints.length = 0;
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...all) => void complaints.push(all));
});
afterEach(() => vi.restoreAllMocks());

it('walks through the whole list, and normalises without a warning', async () => {
  const { taskIds, totalCount } = await walk(async (after) => {
    const { data } = await client.query({ query: pageOfTasks, variables: { first: 5, after } });
    if (!data) throw new Error('no data');
    return data.tasks;
  });
  expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
  const records = Object.keys(client.cache.extract() as object).filter((key) => key.startsWith('Task:'));
  expect(records).toHaveLength(totalCount);
  expect(complaints).toEqual([]);
});

it('has one record for each thing, whichever way it came', async () => {
  const { data } = await client.query({ query: identified, variables: {} });
  if (!data) throw new Error('no data');
  const [worker] = data.workers.nodes;
  await client.query({ query: workerById, variables: { id: worker?.id ?? '' } });

  const records = client.cache.extract() as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const count = (type: string) =>
    Object.keys(records).filter((key) => key.startsWith(`${type}:`)).length;
  expect([count('Worker'), count('Queue'), count('TaskType'), count('Cluster')]).toEqual([
    data.workers.nodes.length,
    data.queues.nodes.length,
    data.taskTypes.nodes.length,
    data.clusters.length,
  ]);
  const fields = Object.keys(records[`Worker:${worker?.id ?? ''}`] ?? {}).sort();
  expect(fields).toEqual(['__typename', 'hostname', 'id', 'pid', 'processed', 'status']);
  expect(complaints).toEqual([]);
});

it('keeps what succeeded beside what failed', async () => {
  const { data, error } = await client.mutate({
    mutation: sendAndRerun,
    variables: sendAndRerunVariables,
    errorPolicy: 'all',
  });
  expect(data).toMatchObject({ sendTask: { taskId: expect.any(String) as string }, rerunTask: null });
  if (!CombinedGraphQLErrors.is(error)) throw new Error('no errors of GraphQL');
  expect(error.errors.map(({ path, extensions }) => [path, extensions?.['code']])).toEqual([
    [['rerunTask'], 'UNKNOWN_TASK'],
  ]);
  expect(complaints).toEqual([]);
});
