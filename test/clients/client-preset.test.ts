/** The client preset of GraphQL Code Generator, with the scalars that the package publishes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scalars } from '../../src/scalars.js';
import { sendAndRerunVariables } from './documents.js';
import { execute } from './fetch-client.js';
import { startClientGateway, walk } from './gateway.js';
import type { ClientGateway, Page } from './gateway.js';
import { GeneratedFolder } from './generated.js';

let server: ClientGateway;
let generated: GeneratedFolder;
beforeAll(async () => {
  generated = new GeneratedFolder();
  const settings = {
    schema: 'schema/schema.graphql',
    documents: 'test/clients/operations.graphql',
    generates: {
      [`${generated.path}/`]: { preset: 'client', config: { scalars, useTypeImports: true } },
    },
  };
  generated.generate('@graphql-codegen/cli/cjs/bin.js', settings, ['--config']);
  server = await startClientGateway();
});
afterAll(async () => {
  generated[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

async function document<Data, Variables>(name: string): Promise<TypedDocumentNode<Data, Variables>> {
  return (await generated.import('graphql.ts'))[name] as TypedDocumentNode<Data, Variables>;
}

it('has no type that is any', () => {
  const text = readFileSync(join(generated.path, 'graphql.ts'), 'utf8');
  expect(text).toContain('export const PageOfTasksDocument');
  expect(text).not.toMatch(/(: |<)any\b/);
});

it('walks through the whole list', async () => {
  const query = await document<{ tasks: Page }, object>('PageOfTasksDocument');
  const { taskIds, totalCount } = await walk(async (after) => {
    const { data } = await execute(server.url, query, { first: 5, after });
    if (!data) throw new Error('no data');
    return data.tasks;
  });
  expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
});

it('keeps what succeeded beside what failed', async () => {
  const mutation = await document<object, object>('SendAndRerunDocument');
  expect(await execute(server.url, mutation, sendAndRerunVariables)).toMatchObject({
    data: { sendTask: { taskId: expect.any(String) as string }, rerunTask: null },
    errors: [{ path: ['rerunTask'], extensions: { code: 'UNKNOWN_TASK' } }],
  });
});
