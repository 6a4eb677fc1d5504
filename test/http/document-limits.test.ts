/** Documents that ask for too much are refused before they are executed, over every transport alike. */
import {
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  OperationTypeNode,
  print,
} from 'graphql';
import type { DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.js';
import * as generated from '../../src/generated/operations.js';
import { runOnce, serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const flags = { depth: 3, aliases: 2, tokens: 100, cost: 50, batch: 3 };
const strict = Object.entries(flags).flatMap(([name, value]) => [`--max-${name}`, String(value)]);

const tooMuch = [
  [
    'too deep',
    '{ tasks(first: 1) { nodes { parent { taskId } } } }',
    'The operation has 4 levels of fields; no more than 3 are allowed',
  ],
  [
    'too deep by a fragment',
    '{ tasks(first: 1) { nodes { ...F } } } fragment F on Task { root { taskId } }',
    'The operation has 4 levels of fields; no more than 3 are allowed',
  ],
  [
    'of many aliases',
    '{ a: __typename b: __typename c: __typename }',
    'The operation has 3 aliases; no more than 2 are allowed',
  ],
  [
    'of many tokens',
    `{ ${'__typename '.repeat(100)} }`,
    'The document has more than 100 tokens, the maximum',
  ],
  [
    'of a large page',
    '{ tasks(first: 60) { nodes { taskId } } }',
    'The operation costs 62; no more than 50 is allowed',
  ],
] as const;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ args: strict });
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (body: unknown, accept = 'application/json') =>
  server.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });

describe.each(tooMuch)('a document that is %s', (_name, query, message) => {
  const refusal = [{ message, extensions: { code: 'LIMIT_EXCEEDED' } }];

  it('is refused over HTTP, with the status that GraphQL over HTTP has for it', async () => {
    const plain = await post({ query });
    expect([plain.status, await plain.json()]).toEqual([200, { errors: refusal }]);
    const specified = await post({ query }, 'application/graphql-response+json');
    expect([specified.status, await specified.json()]).toEqual([400, { errors: refusal }]);
  });

  it('is refused by GET, and again when it is known', async () => {
    const path = `/graphql?query=${encodeURIComponent(query)}`;
    const headers = { accept: 'application/graphql-response+json' };
    for (let time = 0; time < 2; time++) {
      const response = await server.fetch(path, { headers });
      expect([response.status, await response.json()]).toEqual([400, { errors: refusal }]);
    }
  });

  it('is refused in a batch, whose other members are answered', async () => {
    const response = await post([{ query }, { query: '{ __typename }' }]);
    expect(await response.json()).toMatchObject([
      { errors: refusal },
      { data: { __typename: 'Query' } },
    ]);
  });

  it('is refused as a server-sent event', async () => {
    const events = serverSentEvents(server, query);
    expect((await events.next()).value).toEqual({ errors: refusal });
    await events.return(undefined);
  });

  it('is refused over WebSocket', async () => {
    const answer = await runOnce(server, query).catch((errors: unknown) => ({ errors }));
    expect(answer).toEqual({ errors: refusal }); // without the status that HTTP has for it
  });
});

it('counts the value of a variable', async () => {
  const query = 'query ($n: Int) { tasks(first: $n) { nodes { taskId } } }';
  const [few, many] = await Promise.all([
    server.query(query, { variables: { n: 3 } }),
    server.query(query, { variables: { n: 1_000 } }),
  ]);
  expect(few.errors).toBeUndefined();
  expect(many.errors).toMatchObject([
    { message: 'The operation costs 1002; no more than 50 is allowed' },
  ]);
});

it('executes nothing of an operation whose cost is unknown because an argument is wrong', async () => {
  const query =
    'query ($state: TaskState = "SUCCESS") { wrong: tasks(filter: { states: [$state] }) { totalCount } ' +
    'tasks(first: 1000) { nodes { taskId } } }';
  const { data, errors } = await server.query(query, { variables: { state: null } });
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([
    {
      message: 'Argument "filter" has invalid value {states: [$state]}.',
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

it('counts the items of a subscription', async () => {
  const query = 'subscription { taskEvents { task { children(first: 100) { nodes { taskId } } } } }';
  await using shallow = await startTestServer({ args: ['--max-cost', '50'] });
  const events = serverSentEvents(shallow, query);
  expect((await events.next()).value).toMatchObject({
    errors: [{ message: 'The operation costs 104; no more than 50 is allowed' }],
  });
});

it('counts the members of a batch together, and refuses those beyond', async () => {
  const query = '{ tasks(first: 20) { nodes { taskId } } }';
  const response = await post([{ query }, { query }, { query }]);
  expect(await response.json()).toMatchObject([
    { data: { tasks: {} } },
    { data: { tasks: {} } },
    {
      errors: [
        {
          message:
            'The operation costs 22, after 44 of the others in its batch; no more than 50 is allowed',
          extensions: { code: 'LIMIT_EXCEEDED' },
        },
      ],
    },
  ]);
});

it('refuses a batch of too many members with 413', async () => {
  const response = await post(Array.from({ length: 4 }, () => ({ query: '{ __typename }' })));
  expect([response.status, await response.json()]).toEqual([
    413,
    {
      errors: [
        {
          message: 'The batch has 4 operations; no more than 3 are allowed',
          extensions: { code: 'LIMIT_EXCEEDED' },
        },
      ],
    },
  ]);
});

/** All fields of a task that lead to no other, and all of its attempts. */
function widestTask(): string {
  const leaves = (name: string): string[] => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is no object`);
    const fields = Object.values(type.getFields());
    return fields.filter((field) => isLeafType(getNamedType(field.type))).map((field) => field.name);
  };
  return `${leaves('Task').join(' ')} attempts { ${leaves('TaskAttempt').join(' ')} }`;
}

describe('by default', () => {
  let usual: TestServer;
  beforeAll(async () => {
    usual = await startTestServer();
  });
  afterAll(() => usual[Symbol.asyncDispose]());

  const operations = Object.entries(generated).flatMap(([name, document]: [string, DocumentNode]) => {
    const [definition] = document.definitions;
    const isAnswered =
      definition?.kind === Kind.OPERATION_DEFINITION &&
      definition.operation !== OperationTypeNode.SUBSCRIPTION;
    return isAnswered ? [[name, print(document)] as const] : [];
  });

  const variables = { taskId: 'none', hostname: 'none', name: 'none', first: 50 };
  it.each(operations)('%s is within the limits', async (_name, query) => {
    const { errors = [] } = await usual.query(query, { variables });
    expect(errors.filter(({ extensions }) => extensions?.['code'] === 'LIMIT_EXCEEDED')).toEqual([]);
  });

  it('introspection is within the limits', async () => {
    const { data, errors } = await usual.query(
      getIntrospectionQuery({
        ...{ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
        ...{ inputValueDeprecation: true, oneOf: true },
      }),
    );
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('__schema.queryType.name', 'Query');
  });

  it('200 tasks by their ids are, and a page of 1,000 with all fields of a task', async () => {
    const fields =
      'taskId name state source args kwargs result exception retries hostname rootId parentId';
    const aliases = Array.from({ length: 200 }, (_, n) => `t${n}: task(taskId: "${n}") { ${fields} }`);
    expect((await usual.query(`{ ${aliases.join(' ')} }`)).errors).toBeUndefined();
    const page = `{ tasks(first: 1000) { totalCount nodes { ${widestTask()} } } }`;
    expect((await usual.query(page)).errors).toBeUndefined();
  });

  it.each([
    ['10,000 aliases', `{ ${Array.from({ length: 10_000 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
    ['1,000 aliases', `{ ${Array.from({ length: 1_000 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
    [
      'ancestors of ancestors',
      `{ task(taskId: "x") { ${'parent { root { '.repeat(20)} taskId ${'} }'.repeat(20)} } }`,
    ],
    [
      'children of the children of a page',
      '{ tasks(first: 1000) { nodes { children { nodes { children { nodes { children { nodes { taskId } } } } } } } } }',
    ],
    [
      'a tower of fragments',
      `{ task(taskId: "x") { ...F0 } } ${Array.from(
        { length: 17 },
        (_, n) => `fragment F${n} on Task { root { ...F${n + 1} } parent { ...F${n + 1} } }`,
      ).join(' ')} fragment F17 on Task { taskId }`,
    ],
    [
      'the whole schema three times',
      `{ ${['a', 'b', 'c'].map((name) => `${name}: __schema { types { name } }`).join(' ')} }`,
    ],
  ])('%s are refused', async (_name, query) => {
    const { errors, data } = await usual.query(query);
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    expect(data).toBeUndefined();
  });

  it('a cycle of fragments is not valid', async () => {
    const { errors } = await usual.query(
      '{ task(taskId: "x") { ...F } } fragment F on Task { root { ...F } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

describe('without introspection', () => {
  let closed: TestServer;
  beforeAll(async () => {
    closed = await startTestServer({ args: ['--introspection', 'false'] });
  });
  afterAll(() => closed[Symbol.asyncDispose]());

  it.each(['{ __schema { types { name } } }', '{ __type(name: "Task") { name } }'])(
    '%s is refused',
    async (query) => {
      const { data, errors } = await closed.query(query);
      expect(data).toBeUndefined();
      expect(errors?.[0]).toMatchObject({
        message: expect.stringContaining('introspection has been disabled') as string,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      });
    },
  );

  it('names of the schema are not guessed at', async () => {
    const asked = (target: TestServer) => [
      target.query('{ taks { id } }'),
      target.query('query ($n: CacheName!) { cacheStats(names: [$n]) { timestamp } }', {
        variables: { n: 'TASK_STATUZ' },
      }),
      target.query('query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }', {
        variables: { f: { idz: [] } },
      }),
    ];
    const messages = async (target: TestServer) =>
      (await Promise.all(asked(target))).map(({ errors }) => errors?.[0]?.message);
    const open = await messages(server);
    expect(open.filter((message) => message?.includes('Did you mean'))).toHaveLength(3);
    const hidden = await messages(closed);
    expect(hidden).toEqual([
      'The document does not match the schema at this position',
      'Variable "$n" has a value that is not of its type',
      'Variable "$f" has a value that is not of its type',
    ]);
  });

  it('over WebSocket they are not either', async () => {
    const answer = await runOnce(closed, '{ taks { id } }').catch((errors: unknown) => errors);
    expect(JSON.stringify(answer)).toContain('The document does not match the schema at this position');
  });

  it('GraphiQL is served, and __typename is answered', async () => {
    const page = await closed.fetch('/graphql', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await closed.query('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });
});
