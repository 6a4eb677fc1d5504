/** urql with graphcache, which knows the schema and normalises by `id`, without any configuration of keys. */
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  identified,
  pageOfTasks,
  sendAndRerun,
  sendAndRerunVariables,
  workerById,
} from './documents.js';
import { startClientGateway, walk } from './gateway.js';
import type { ClientGateway } from './gateway.js';

const sdl = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
const introspection: IntrospectionQuery = introspectionFromSchema(buildSchema(sdl));

let server: ClientGateway;
let client: Client;
const warnings: string[] = [];
beforeAll(async () => {
  server = await startClientGateway();
  const logger = (_severity: string, message: string) => void warnings.push(message);
  const cache = cacheExchange({ schema: introspection as never, logger });
  client = new Client({ url: server.url, exchanges: [cache, fetchExchange] });
});
afterAll(() => server[Symbol.asyncDispose]());

it('walks through the whole list, and normalises without a warning', async () => {
  const { taskIds, totalCount } = await walk(async (after) => {
    const { data, error } = await client.query(pageOfTasks, { first: 5, after }).toPromise();
    if (!data) throw error ?? new Error('no data');
    return data.tasks;
  });
  expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
  expect(warnings).toEqual([]);
});

it('normalises everything that has an identity without a warning', async () => {
  const { data, error } = await client.query(identified, {}).toPromise();
  expect(error).toBeUndefined();
  const id = data?.workers.nodes[0]?.id ?? '';
  expect((await client.query(workerById, { id }).toPromise()).data?.node?.id).toBe(id);
  expect(warnings).toEqual([]);
});

it('keeps what succeeded beside what failed', async () => {
  const { data, error } = await client.mutation(sendAndRerun, sendAndRerunVariables).toPromise();
  expect(data).toMatchObject({ sendTask: { taskId: expect.any(String) as string }, rerunTask: null });
  expect(error?.graphQLErrors.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
    [['rerunTask'], 'UNKNOWN_TASK'],
  ]);
});
