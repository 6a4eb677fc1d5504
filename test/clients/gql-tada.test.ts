/** gql.tada as docs/api.md shows it: the types of a document come from its text, and none of them is any. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPage } from '../support/documentation.js';
import { execute } from './fetch-client.js';
import { startClientGateway, walk } from './gateway.js';
import type { ClientGateway, Page } from './gateway.js';
import { GeneratedFolder } from './generated.js';

const [, documented = ''] = /```ts\n([^`]*from 'gql\.tada'[^]*?)```/.exec(readPage('docs/api.md')) ?? [];

/** Compiles only if each type is the one that is written here; any is equal to itself alone. */
const typesOfDocument = `
import type { ResultOf, VariablesOf } from 'gql.tada';
import type { graphql, tasksDocument } from './tasks.js';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
type Page = NonNullable<ResultOf<typeof tasksDocument>['tasks']>;
type Task = Page['edges'][number]['node'];
type Filter = NonNullable<VariablesOf<typeof tasksDocument>['filter']>;

export const state: Same<Task['state'], string> = true;
export const id: Same<Task['id'], string> = true;
export const name: Same<Task['name'], string | null> = true;
export const receivedAt: Same<Task['receivedAt'], string | null> = true;
export const json: Same<Task['argsJson'], unknown> = true;
export const phase: Same<
  Task['phase'],
  | 'WAITING' | 'RECEIVED' | 'RUNNING' | 'RETRYING' | 'SUCCEEDED'
  | 'FAILED' | 'REVOKED' | 'REJECTED' | 'END_UNKNOWN' | 'CUSTOM'
> = true;
export const first: Same<VariablesOf<typeof tasksDocument>['first'], number> = true;
export const states: Same<Filter['states'], string[] | null | undefined> = true;
export const scalar: Same<ReturnType<typeof graphql.scalar<'DateTime'>>, string> = true;
`;

const settings = {
  extends: '../../../tsconfig.json',
  compilerOptions: {
    paths: { 'celeryql/scalars': ['../../../src/scalars.ts'] },
    plugins: [
      {
        name: 'gql.tada/ts-plugin',
        schema: '../../../schema/schema.graphql',
        tadaOutputLocation: 'celeryql-env.d.ts',
      },
    ],
  },
  include: ['*.ts'],
};

let server: ClientGateway;
let generated: GeneratedFolder;
beforeAll(async () => {
  generated = new GeneratedFolder();
  writeFileSync(join(generated.path, 'tasks.ts'), documented);
  writeFileSync(join(generated.path, 'types.ts'), typesOfDocument);
  server = await startClientGateway();
});
afterAll(async () => {
  generated[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

it('has the declared type of each field and variable', () => {
  generated.generate('gql.tada/bin/cli.js', settings, ['generate-output', '--tsconfig']);
  generated.generate('typescript/bin/tsc', settings, ['--project']);
});

it('walks through the whole list', async () => {
  const { tasksDocument } = await generated.import('tasks.ts');
  const query = tasksDocument as TypedDocumentNode<{ tasks: Page }, object>;
  const { taskIds, totalCount } = await walk(async (after) => {
    const { data, errors } = await execute(server.url, query, { first: 5, after });
    expect(errors).toBeUndefined();
    if (!data) throw new Error('no data');
    return data.tasks;
  });
  expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
});
