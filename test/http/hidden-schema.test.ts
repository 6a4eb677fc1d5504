/** With introspection off, no error names a type of the schema, however wrong the document is. */
import { getNamedType, isInputObjectType, isObjectType, isRequiredArgument } from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.js';
import { newClient } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const typeNames = Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__'));
const namesType = new RegExp(`\\b(${typeNames.join('|')})\\b`);

const wrongLiterals = ['{ nothing: 1 }', '[[[{}]]]', '"x"', 'NOTHING', '1.5', 'true', 'null', '$v'];
const wrongValues: readonly unknown[] = [{ nothing: 1 }, [[[{}]]], 'x', 1.5, true, null];

/** How to get to each type: the selection around one of its own. */
function paths(): Map<GraphQLObjectType, (inner: string) => string> {
  const found = new Map<GraphQLObjectType, (inner: string) => string>();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) {
    if (!root) continue;
    const operation = root.name.toLowerCase();
    const waiting: [GraphQLObjectType, (inner: string) => string][] = [
      [root, (inner) => `${operation} Q ${inner}`],
    ];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [type, around] = next;
      if (found.has(type)) continue;
      found.set(type, around);
      for (const field of Object.values(type.getFields())) {
        const inner = getNamedType(field.type);
        if (isObjectType(inner))
          waiting.push([inner, (text) => around(`{ ${field.name}${required(field)} ${text} }`)]);
      }
    }
  }
  return found;
}

/** Any value will do: the documents are wrong elsewhere. */
function required({ args }: GraphQLField<unknown, unknown>): string {
  const needed = args.filter(isRequiredArgument).map(({ name }) => `${name}: "x"`);
  return needed.length === 0 ? '' : `(${needed.join(', ')})`;
}

function wrongDocuments(): Operation[] {
  const operations: Operation[] = [];
  for (const [type, around] of paths()) {
    const add = (selection: string): void => void operations.push({ query: around(selection) });
    add('{ nothing }');
    add('{ ... on Nothing { id } }');
    add(`{ ...F } fragment F on ${type === schema.getQueryType() ? 'Boolean' : 'Query'} { a }`);
    for (const field of Object.values(type.getFields())) {
      add(`{ ${field.name}${required(field)} }`);
      add(`{ ${field.name}${required(field)} { nothing } }`);
      add(`{ ${field.name.slice(0, -1)} }`);
      add(`{ ${field.name}(nothing: 1) { id } }`);
      add(`{ a: ${field.name} a: __typename }`);
      for (const { name, type: argument } of field.args) {
        const inner = isObjectType(getNamedType(field.type)) ? '{ __typename }' : '';
        for (const literal of wrongLiterals) add(`{ ${field.name}(${name}: ${literal}) ${inner} }`);
        const input = getNamedType(argument);
        if (isInputObjectType(input))
          for (const key of Object.keys(input.getFields()))
            for (const literal of wrongLiterals)
              add(`{ ${field.name}(${name}: { ${key}: ${literal} }) ${inner} }`);
        operations.push(...wrongVariables(around, field.name, name, argument, inner));
      }
    }
  }
  return operations;
}

function wrongVariables(
  around: (inner: string) => string,
  field: string,
  argument: string,
  type: GraphQLInputType,
  inner: string,
): Operation[] {
  const used = around(`{ ${field}(${argument}: $v) ${inner} }`);
  const typed = (text: string): string => used.replace(' Q ', ` Q($v: ${text}) `);
  const query = typed(String(type));
  return [
    { query: typed('Nothing') },
    { query: typed('Query') },
    { query: typed('[[Float]]') },
    { query },
    ...wrongValues.map((v) => ({ query, variables: { v } })),
    ...wrongValues.map((v) => ({ query, variables: { v: [v] } })),
  ];
}

let server: TestServer;
beforeAll(async () => {
  const args = ['--introspection', 'false', '--max-batch', '500', '--rate-limit', '0'];
  server = await startTestServer({ args: [...args, '--max-body-kilobytes', '4096'], readOnly: true });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Answer {
  readonly errors?: readonly { readonly message: string; readonly extensions?: { code?: string } }[];
}

it('names no type for any of thousands of wrong documents', async () => {
  const operations = wrongDocuments();
  expect(operations.length).toBeGreaterThan(3_000);
  const answers: Answer[] = [];
  for (let at = 0; at < operations.length; at += 500) {
    const response = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(operations.slice(at, at + 500)),
    });
    answers.push(...((await response.json()) as Answer[]));
  }
  expect(answers).toHaveLength(operations.length);
  const messages = new Set(answers.flatMap(({ errors = [] }) => errors.map(({ message }) => message)));
  expect([...messages].filter((message) => namesType.test(message))).toEqual([]);
  expect([...messages].filter((message) => message.includes('Did you mean'))).toEqual([]);
  const codes = new Set(
    answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.code)),
  );
  expect([...codes]).toEqual(
    expect.arrayContaining(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'FORBIDDEN']),
  );
}, 60_000);

describe('an error', () => {
  const refused: readonly (readonly [string, Operation, string])[] = [
    [
      'of a field',
      { query: '{ taks { id } }' },
      'The document does not match the schema at this position',
    ],
    [
      'of a variable',
      { query: 'query ($n: Int!) { tasks(first: $n) { totalCount } }', variables: { n: 'x' } },
      'Variable "$n" has a value that is not of its type',
    ],
    [
      'of a variable in an argument',
      {
        query: 'query ($s: TaskState = "A") { tasks(filter: { states: [$s] }) { totalCount } }',
        variables: { s: null },
      },
      'An argument has a value that is not of its type',
    ],
    [
      'of a directive',
      {
        query: 'query ($b: Boolean = true) { __typename @include(if: $b) }',
        variables: { b: null },
      },
      'An argument has a value that is not of its type',
    ],
  ];

  it.each(refused)('%s says the same over HTTP and WebSocket', async (_name, operation, message) => {
    const { query, variables } = operation;
    const { errors } = await server.query(query, { ...(variables && { variables }) });
    expect(errors?.map((error) => error.message)).toEqual([message]);
    const client = newClient(server);
    try {
      const [error] = await client
        .iterate({ query, ...(variables && { variables }) })
        .next()
        .then(
          ({ value }) => (value as Answer).errors ?? [],
          (thrown: unknown) => thrown as readonly { message: string }[],
        );
      expect(error?.message).toBe(message);
    } finally {
      await client.dispose();
    }
  });

  it('of the gateway itself, and one of syntax, says what it always says', async () => {
    const bad = await server.query('{ tasks(first: -1) { totalCount } }');
    expect(bad.errors?.[0]?.message).toBe('first must be from 0 to 1000');
    const broken = await server.query('{ tasks( }');
    expect(broken.errors?.[0]?.message).toBe('Syntax Error: Expected Name, found "}".');
  });
});
