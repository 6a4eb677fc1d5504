/** What nests deeper than the gateway's own code may recurse is refused, over every transport, and nothing breaks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newClient, runOnce } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const brackets = (n: number): string => '['.repeat(n) + ']'.repeat(n);
const nested = (n: number): unknown => JSON.parse(brackets(n));
const rerun = 'mutation ($args: [JSON!]) { sendTask(name: "none", args: $args) { __typename } }';
const tooDeepValue = {
  message: 'The variables nest deeper than 100 levels, the maximum',
  extensions: { code: 'LIMIT_EXCEEDED' },
};
const tooDeepDocument = {
  message: 'The document is nested too deeply to be read',
  extensions: { code: 'LIMIT_EXCEEDED' },
};

describe('a request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const post = async (body: string): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    return (await server.fetch('/graphql', { method: 'POST', headers, body })).json();
  };

  it('may have variables of 100 levels', async () => {
    const { errors } = await server.query(rerun, { variables: { args: nested(99) } });
    expect(errors).toMatchObject([{ message: 'args is nested deeper than 64' }]); // a limit of its own
  });

  it.each([101, 100_000])('with variables of %i levels is refused', async (levels) => {
    const variables = `{"args":${brackets(levels - 1)}}`;
    const body = `{"query":${JSON.stringify(rerun)},"variables":${variables}}`;
    expect(await post(body)).toEqual({ errors: [tooDeepValue] });
    expect(await post(`[${body},{"query":"{ __typename }"}]`)).toEqual([
      { errors: [tooDeepValue] },
      { data: { __typename: 'Query' } },
    ]);
  });

  it('with variables that nest too deep in its address is refused', async () => {
    const query = encodeURIComponent('query ($n: Int) { tasks(first: $n) { totalCount } }');
    const path = `/graphql?query=${query}&variables=${encodeURIComponent(`{"n":${brackets(1_000)}}`)}`;
    expect(await (await server.fetch(path)).json()).toEqual({ errors: [tooDeepValue] });
  });

  it('with extensions of 100,000 levels is answered: they are not read', async () => {
    const body = `{"query":"{ __typename }","extensions":{"a":${brackets(100_000)}}}`;
    expect(await post(body)).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['fields', `{ ${'a { '.repeat(200)} b ${'}'.repeat(200)} }`],
    ['inline fragments', `{ ${'... { '.repeat(20_000)} __typename ${'}'.repeat(20_000)} }`],
    ['lists', `{ tasks(filter: { taskIds: ${brackets(20_000)} }) { totalCount } }`],
    ['objects', `{ a(b: ${'{ c: '.repeat(20_000)} 1 ${'}'.repeat(20_000)}) }`],
    ['types', `query ($v: ${'['.repeat(5_000)}Int${']'.repeat(5_000)}) { a(b: $v) }`],
  ])('with %s that nest too deep is refused', async (_name, query) => {
    const body = JSON.stringify({ query });
    expect(await post(body)).toEqual({ errors: [tooDeepDocument] });
    await expect(runOnce(server, query)).rejects.toMatchObject([tooDeepDocument]);
  });

  it('over WebSocket with variables that nest too deep is refused, and the next one answered', async () => {
    const client = newClient(server);
    try {
      const variables = { args: nested(1_000) };
      const refused = client.iterate({ query: rerun, variables }).next();
      await expect(refused).rejects.toMatchObject([tooDeepValue]);
      const answer = await client.iterate({ query: '{ __typename }' }).next();
      expect(answer.value).toEqual({ data: { __typename: 'Query' } });
    } finally {
      await client.dispose();
    }
  });
});

/** Where the settings allow documents that take more stack than there is. */
describe('a chain of 9,000 fragments', () => {
  const links = Array.from({ length: 9_000 }, (_, k) => `fragment F${k} on Query{...F${k + 1}}`);
  const chain = `{...F0} ${links.join('')} fragment F9000 on Query{__typename}`;
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      args: ['--max-tokens', '1000000', '--max-body-kilobytes', '1024'],
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('is refused over HTTP', async () => {
    const { status, data, errors } = await server.query(chain);
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: undefined,
      errors: [tooDeepDocument],
    });
    expect(server.log.filter((line) => line.includes('unexpected'))).toEqual([]);
  });

  it('is refused over WebSocket, which stays open', async () => {
    const client = newClient(server);
    try {
      await expect(client.iterate({ query: chain }).next()).rejects.toMatchObject([tooDeepDocument]);
      const answer = await client.iterate({ query: '{ __typename }' }).next();
      expect(answer.value).toEqual({ data: { __typename: 'Query' } });
    } finally {
      await client.dispose();
    }
  });
});
