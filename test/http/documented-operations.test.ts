/** The GraphQL of the README and of `docs`: valid, and answered as shown. */
import { Kind, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import type { OperationDefinitionNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGlobalId } from '../../src/graphql/nodes/global-id.js';
import { schema } from '../../src/graphql/schema.js';
import { pages, readPage } from '../support/documentation.js';
import { serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

interface Example {
  readonly page: string;
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  /** The JSON that follows the operation; null where the page shows none. */
  readonly answer: unknown;
}

/** One for each operation: a block may have several. */
function examplesOf(page: string): readonly Example[] {
  const blocks = readPage(page).matchAll(/```graphql\n([^]*?)```(?:\s+```json\n([^]*?)```)?/g);
  return [...blocks].flatMap(([, block = '', json]) =>
    parse(block)
      .definitions.filter(
        (definition): definition is OperationDefinitionNode =>
          definition.kind === Kind.OPERATION_DEFINITION,
      )
      .map((operation) => ({
        page,
        name: operation.name?.value ?? 'without a name',
        kind: operation.operation,
        text: block.slice(operation.loc?.start, operation.loc?.end),
        answer: json === undefined ? null : (JSON.parse(json) as unknown),
      })),
  );
}

/** The names of the fields, all the way down; of lists those of the first member. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}

const examples = pages.flatMap(examplesOf);
const queries = examples.filter(({ kind }) => kind === 'query');
const shown = (kind: string) => examples.find((one) => one.page === 'README.md' && one.kind === kind);

it.each(examples)('$page has a valid $kind $name', ({ text }) => {
  const rules = [...specifiedRules, NoDeprecatedCustomRule];
  expect(validate(schema, parse(text), rules).map(({ message }) => message)).toEqual([]);
});

describe('a server of the embedded cluster', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const id = encodeGlobalId({ type: 'Task', cluster: 'default', key: ['no-such-task'] });

  it.each(queries)('answers the query $name of $page', async ({ text }) => {
    const { data, errors } = await server.query(text, { variables: { taskId: 'no-such-task', id } });
    expect(errors).toBeUndefined();
    expect(data).toBeDefined();
  });

  it('answers the query of the README in the form that is shown', async () => {
    const failed = serverSentEvents(
      server,
      'subscription { taskEvents(filter: { types: ["task-failed"] }) { type } }',
    );
    await failed.next();
    await failed.return(undefined);
    const { data, extensions } = await server.query(shown('query')?.text ?? '', {
      headers: { 'cache-control': 'no-cache' },
    });
    const { data: shownData } = shown('query')?.answer as { data: unknown };
    expect(shapeOf(data)).toEqual(shapeOf(shownData));
    expect(extensions).toMatchObject({ cache: { status: 'MISS', age: 0 } });
  });

  it('answers the mutation of the README as shown', async () => {
    const { data, errors } = await server.query(shown('mutation')?.text ?? '');
    expect({ data, errors }).toEqual(shown('mutation')?.answer);
  });

  it('sends what the README shows to a subscriber', async () => {
    const events = serverSentEvents<{ data: unknown }>(server, shown('subscription')?.text ?? '');
    expect.assertions(1);
    for await (const event of events) {
      expect(shapeOf(event)).toEqual(shapeOf(shown('subscription')?.answer));
      break;
    }
  });
});
