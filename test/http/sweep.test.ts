/**
 * Doubles every dimension of a request over POST; sweep-transports.test.ts has those of URLs and of WebSockets. The work
 * either doubles with it or the request is refused, and what an answer repeats of the request is bounded. Work is counted,
 * not timed: see counted-work.ts.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { WorkCounter } from '../support/counted-work.js';
import { expectLinear } from './linear-work.js';
import type { Measure } from './linear-work.js';
import type { TestServer } from './test-server.js';

let work: WorkCounter;
let server: TestServer;
beforeAll(async () => {
  work = await WorkCounter.start();
  const { startTestServer } = await import('./test-server.js');
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await work[Symbol.asyncDispose]();
});

interface Operation {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly extensions?: unknown;
}

/** The body of a request of `n` times as much, with a text that no request before it had. */
type Request = (n: number) => Operation | readonly Operation[] | Readonly<Record<string, unknown>>;

const times = (n: number, text: (k: number) => string): string =>
  Array.from({ length: n }, (_, k) => text(k)).join(' ');
const record = (n: number, value: unknown): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: n }, (_, k) => [`name${k}`, value]));
const list = (n: number, value: (k: number) => unknown): unknown[] =>
  Array.from({ length: n }, (_, k) => value(k));
const nested = (n: number): unknown => {
  let value: unknown = [];
  for (let k = 1; k < n; k++) value = [value];
  return value;
};
const filtered = (f: unknown): Operation => ({
  query: 'query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }',
  variables: { f },
});
const end = 'fragment Last on Query { me { name } }';
const lines = (n: number): string => '\n'.repeat(n);

const fields: Record<string, [number, Request]> = {
  'fields of one name': [2_000, (n) => ({ query: `{ ${times(n, () => 'me { name }')} }` })],
  'fields of one name with arguments': [
    300,
    (n) => ({
      query: `{ ${times(n, () => 'tasks(first: 1, filter: { taskIds: ["a"] }) { totalCount }')} }`,
    }),
  ],
  aliases: [200, (n) => ({ query: `{ ${times(n, (k) => `a${k}: me { name }`)} }` })],
  'unknown fields': [2_000, (n) => ({ query: `{ ${times(n, (k) => `taskz${k}`)} }` })],
  'the name of an unknown field': [50_000, (n) => ({ query: `{ ${'x'.repeat(n)} }` })],
  'the name of an alias in a page': [
    50_000,
    (n) => ({ query: `{ tasks(first: 1000) { nodes { ${'x'.repeat(n)}: taskId } } }` }),
  ],
  'levels of fields': [
    300,
    (n) => ({ query: `{ task(taskId: "x") ${'{ parent'.repeat(n)} { taskId } ${'}'.repeat(n)} }` }),
  ],
  'fields that fail': [
    200,
    (n) => ({ query: `{ ${times(n, (k) => `a${k}: tasks(first: -1) { totalCount }`)} }` }),
  ],
  'directives of a field': [
    1_000,
    (n) => ({ query: `{ me ${times(n, () => '@skip(if: true)')} { name } }` }),
  ],
  'unknown directives': [1_000, (n) => ({ query: `{ me ${times(n, (k) => `@skp${k}`)} { name } }` })],
  'fields with a directive': [
    500,
    (n) => ({ query: `{ ${times(n, () => 'me @include(if: true) { name }')} }` }),
  ],
};

const fragments: Record<string, [number, Request]> = {
  'fragments in a chain': [
    500,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
    }),
  ],
  'fragments with a field in a chain': [
    300,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { me { name } ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
    }),
  ],
  'fragments beside each other': [
    300,
    (n) => ({
      query: `{ ${times(n, (k) => `...F${k}`)} } ${times(n, (k) => `fragment F${k} on Query { me { name } }`)}`,
    }),
  ],
  'fragments that spread all behind them': [
    50,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { me { name } ${times(n - k - 1, (j) => `...F${j + k + 1}`)} }`)}`,
    }),
  ],
  'fragments that spread each other': [
    40,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { me { name } ${times(n, (j) => `...F${j}`)} }`)}`,
    }),
  ],
  'fragments in a circle': [
    400,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${(k + 1) % n} ...F0 }`)}`,
    }),
  ],
  'spreads of one fragment': [2_000, (n) => ({ query: `{ ${times(n, () => '...Last')} } ${end}` })],
  'spreads of unknown fragments': [2_000, (n) => ({ query: `{ ${times(n, (k) => `...F${k}`)} }` })],
  'unused fragments': [
    400,
    (n) => ({ query: `{ me { name } } ${times(n, (k) => `fragment F${k} on Query { me { name } }`)}` }),
  ],
  'levels of a tower of fragments': [
    10,
    (n) => ({
      query: `{ task(taskId: "x") { ...F0 } } ${times(n, (k) => `fragment F${k} on Task { root { ...F${k + 1} } parent { ...F${k + 1} } }`)} fragment F${n} on Task { id }`,
    }),
  ],
  'levels of a tower of spreads': [
    10,
    (n) => ({
      query: `{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${k + 1} ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
    }),
  ],
  'levels of a tower in the introspection': [
    8,
    (n) => ({
      query: `{ __schema { types { ...F0 } } } ${times(n, (k) => `fragment F${k} on __Type { a: ofType { ...F${k + 1} } b: ofType { ...F${k + 1} } }`)} fragment F${n} on __Type { name }`,
    }),
  ],
  'inline fragments': [700, (n) => ({ query: `{ ${times(n, () => '... on Query { me { name } }')} }` })],
  'inline fragments in each other': [
    500,
    (n) => ({ query: `${'{ ... on Query '.repeat(n)} { me { name } } ${'}'.repeat(n)}` }),
  ],
};

const values: Record<string, [number, Request]> = {
  'unknown arguments': [
    1_000,
    (n) => ({ query: `{ tasks(${times(n, (k) => `firzt${k}: 1`)}) { totalCount } }` }),
  ],
  'arguments of one name': [
    1_000,
    (n) => ({ query: `{ tasks(${times(n, () => 'first: 1')}) { totalCount } }` }),
  ],
  'unknown input fields in the document': [
    1_000,
    (n) => ({ query: `{ tasks(filter: { ${times(n, (k) => `idz${k}: 1`)} }) { totalCount } }` }),
  ],
  'unknown input fields in a variable': [5_000, (n) => filtered(record(n, 1))],
  'wrong members in the document': [
    1_000,
    (n) => ({ query: `{ tasks(filter: { taskIds: [${times(n, () => '{ a: 1 }')}] }) { totalCount } }` }),
  ],
  'wrong members in a variable': [5_000, (n) => filtered({ taskIds: list(n, () => ({})) })],
  'members in the document': [
    3_000,
    (n) => ({ query: `{ tasks(filter: { taskIds: [${times(n, (k) => `"${k}"`)}] }) { totalCount } }` }),
  ],
  'members in a variable': [5_000, (n) => filtered({ taskIds: list(n, String) })],
  'unknown states': [5_000, (n) => filtered({ states: list(n, (k) => `S${k}`) })],
  'words of a search': [20_000, (n) => filtered({ search: 'a '.repeat(n / 2) })],
  'the length of a word of a search': [20_000, (n) => filtered({ search: 'a'.repeat(n) })],
  'typos of enums in the document': [
    1_000,
    (n) => ({
      query: `{ cacheStats(names: [${times(n, (k) => `TASK_STATUZ${k}`)}]) { timestamp } }`,
    }),
  ],
  'typos of enums in a variable': [
    5_000,
    (n) => ({
      query: 'query ($n: [CacheName!]) { cacheStats(names: $n) { timestamp } }',
      variables: { n: list(n, (k) => `TASK_STATUZ${k}`) },
    }),
  ],
  'lists in each other in the document': [
    1_000,
    (n) => ({
      query: `{ tasks(filter: { taskIds: ${'['.repeat(n)}${']'.repeat(n)} }) { totalCount } }`,
    }),
  ],
  'lists in each other in a variable': [1_000, (n) => filtered({ taskIds: nested(n) })],
  'the length of a text': [
    100_000,
    (n) => ({ query: `{ task(taskId: "${'x'.repeat(n)}") { taskId } }` }),
  ],
  'lines of a text': [
    10_000,
    (n) => ({ query: `{ task(taskId: """${' x\n'.repeat(n)}""") { taskId } }` }),
  ],
  'a text that each of many fields refuses': [
    200,
    (n) => ({
      query: `query ($c: String) { ${times(n, (k) => `a${k}: tasks(after: $c) { totalCount }`)} }`,
      variables: { c: 'x'.repeat(n * 250) },
    }),
  ],
};

const documents: Record<string, [number, Request]> = {
  'unused variables': [
    1_000,
    (n) => ({ query: `query (${times(n, (k) => `$v${k}: Int`)}) { tasks(first: $v0) { totalCount } }` }),
  ],
  variables: [
    400,
    (n) => ({
      query: `query (${times(n, (k) => `$name${k}: ID!`)}) { tasks(filter: { taskIds: [${times(n, (k) => `$name${k}`)}] }) { totalCount } }`,
      variables: record(n, 'x'),
    }),
  ],
  'undefined variables': [
    1_000,
    (n) => ({
      query: `{ tasks(filter: { taskIds: [${times(n, (k) => `$v${k}`)}] }) { totalCount } }`,
    }),
  ],
  'values without a variable': [
    5_000,
    (n) => ({
      query: 'query ($first: Int) { tasks(first: $first) { totalCount } }',
      variables: record(n, 1),
    }),
  ],
  operations: [
    500,
    (n) => ({ query: times(n, (k) => `query A${k} { me { name } }`), operationName: 'A1' }),
  ],
  'operations of one name': [
    500,
    (n) => ({ query: times(n, () => 'query A { me { name } }'), operationName: 'A' }),
  ],
  'operations without a name': [500, (n) => ({ query: times(n, () => '{ me { name } }') })],
  subscriptions: [
    500,
    (n) => ({
      query: `query Q { me { name } } ${times(n, (k) => `subscription A${k} { queues { name } }`)}`,
      operationName: 'Q',
    }),
  ],
  'operations that share fragments': [
    200,
    (n) => ({
      query: `${times(n, (k) => `query A${k} { ...F0 } fragment F${k} on Query { ...F${k + 1} }`)} fragment F${n} on Query { me { name } }`,
      operationName: 'A1',
    }),
  ],
  'operations that share undefined variables': [
    200,
    (n) => ({
      query: `${times(n, (k) => `query A${k} { ...F }`)} fragment F on Query { ${times(n, (k) => `tasks(first: $v${k}) { totalCount }`)} }`,
      operationName: 'A1',
    }),
  ],
  'lists of a type': [
    500,
    (n) => ({
      query: `query ($v: ${'['.repeat(n)}Int${']'.repeat(n)}) { tasks(first: $v) { totalCount } }`,
    }),
  ],
  'lines before many wrong fields': [
    50_000,
    (n) => ({ query: `${lines(n)}{ ${times(90, (k) => `taskz${k}`)} }` }),
  ],
  'lines before many fields that fail': [
    50_000,
    (n) => ({
      query: `${lines(n)}{ ${times(200, (k) => `a${k}: tasks(first: -1) { totalCount }`)} }`,
    }),
  ],
  'lines before a circle of fragments': [
    100,
    (n) => ({
      query: `${lines(n * 100)}{ ...F0 } ${times(n, (k) => `fragment F${k} on Query { ...F${(k + 1) % n} ...F0 }`)}`,
    }),
  ],
  'the length of a comment': [100_000, (n) => ({ query: `{ me { name } } #${'x'.repeat(n)}` })],
  'a text behind a syntax error': [
    100_000,
    (n) => ({ query: `{ task(taskId: } """${'x'.repeat(n)}"""` }),
  ],
};

const bodies: Record<string, [number, Request]> = {
  'members of a batch': [5, (n) => list(n, () => ({ query: '{ me { name } }' })) as Operation[]],
  'members of a batch over the limit': [
    1_000,
    (n) => list(n, () => ({ query: '{ me { name } }' })) as Operation[],
  ],
  'the name of the operation': [
    100_000,
    (n) => ({ query: '{ me { name } }', operationName: 'x'.repeat(n) }),
  ],
  'the name of an unknown parameter': [
    100_000,
    (n) => ({ query: '{ me { name } }', ['x'.repeat(n)]: 1 }),
  ],
  extensions: [8_000, (n) => ({ query: '{ me { name } }', extensions: record(n, 1) })],
  'an id of a persisted operation': [100_000, (n) => ({ documentId: 'x'.repeat(n) })],
};

let salt = 100_000;
const salted = (made: unknown): unknown => {
  if (Array.isArray(made)) return made.map(salted);
  const { query, ...others } = made as Partial<Operation>;
  return query === undefined ? made : { ...others, query: `${query} #${salt++}` };
};

async function measure(request: Request, n: number): Promise<Measure> {
  const body = JSON.stringify(salted(request(n)));
  let text = '';
  const steps = await work.count(async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await server.fetch('/graphql', { method: 'POST', headers, body });
    text = await response.text();
  });
  return { steps, sent: body.length, received: text.length, answer: JSON.parse(text) as unknown };
}

describe.each(Object.entries({ fields, fragments, values, documents, bodies }))('%s:', (_part, rows) => {
  it.each(Object.entries(rows))('twice %s take twice the work at most', async (_name, [n, request]) => {
    await measure(request, n); // what is made once is made here
    const once = await measure(request, n);
    const twice = await measure(request, 2 * n);
    expectLinear(once, twice);
  });
});
