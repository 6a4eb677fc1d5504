/** How the GraphiQL page is served: once rendered, compressed, and revalidated. What it does is tested in a browser. */
import { gunzipSync } from 'node:zlib';
import { get, request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { getOperationAST, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema.js';
import { keepTabs } from '../../../src/http/routes/graphiql-reload.js';
import { graphiqlTabs } from '../../../src/http/routes/graphiql-tabs.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('GraphiQL', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Without the decompression that fetch would do by itself. */
  async function raw(options: RequestOptions): Promise<{ response: IncomingMessage; body: Buffer }> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const client = request(`${server.origin}/graphql`, options, resolve);
      client.on('error', reject).end();
    });
    return { response, body: await buffer(response) };
  }

  it('is HTML that a browser must revalidate and that nothing may frame', async () => {
    const { response, body } = await raw({ headers: browser });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'Accept, Accept-Encoding',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
      'content-length': String(body.length),
    });
    expect(body.toString('utf8', 0, 30).trim()).toMatch(/^<!doctype html>/i);
  });

  it('is sent compressed to a client that accepts gzip, at a third of its size or less', async () => {
    const plain = await raw({ headers: { ...browser, 'accept-encoding': 'br, gzip;q=0' } });
    expect(plain.response.headers['content-encoding']).toBeUndefined();
    const packed = await raw({ headers: { ...browser, 'accept-encoding': 'gzip, deflate, br' } });
    expect(packed.response.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(plain.body.length / 3);
  });

  it('is not sent again to a client that has it: 304', async () => {
    const { response } = await raw({ method: 'HEAD', headers: browser });
    const etag = String(response.headers.etag);
    const again = await raw({ headers: { ...browser, 'if-none-match': `"other", ${etag}` } });
    expect([again.response.statusCode, again.response.headers.etag, again.body.length]).toEqual([
      304,
      etag,
      0,
    ]);
    const changed = await raw({ headers: { ...browser, 'if-none-match': '"other"' } });
    expect(changed.response.statusCode).toBe(200);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const head = await raw({ method: 'HEAD', headers: browser });
    const page = await raw({ headers: browser });
    expect(head.body).toHaveLength(0);
    const { date, ...headers } = page.response.headers;
    expect(date).toBeDefined();
    expect(head.response.headers).toMatchObject(headers);
  });

  it('is for browsers only: a client that asks for JSON gets an answer', async () => {
    const query = new URLSearchParams({ query: '{ __typename }' });
    const answer = await new Promise<IncomingMessage>((resolve) =>
      get(`${server.origin}/graphql?${query}`, { headers: { accept: 'application/json' } }, resolve),
    );
    expect(JSON.parse(String(await buffer(answer)))).toEqual({ data: { __typename: 'Query' } });
  });

  it.each(graphiqlTabs.map((document, index) => [index + 1, document] as const))(
    'has a valid document in tab %i',
    (_index, document) => {
      const rules = [...specifiedRules, NoDeprecatedCustomRule];
      expect(validate(schema, parse(document), rules)).toEqual([]);
    },
  );

  it('has one operation in each tab, with a name that says what it does', () => {
    const names = graphiqlTabs.map((document) => getOperationAST(parse(document))?.name?.value);
    expect(names).toEqual([
      'Overview',
      'LastFailures',
      'FindTasks',
      'Throughput',
      'InspectWorkers',
      'WatchTasks',
      'WatchCaches',
      'ClearCaches',
    ]);
  });

  it('has no limit for dragging tabs, because of which a click on a tab would be lost', async () => {
    const { body } = await raw({ headers: browser });
    expect(body.toString()).not.toMatch(/dragConstraints:[\w$]+,value:/);
    expect(body.toString()).toMatch(/\{value:[\w$]+,isActive:/);
  });

  it('has no line that is longer than the editor is wide at 1280 pixels', () => {
    const lines = graphiqlTabs.flatMap((document) => document.split('\n'));
    expect(lines.filter((line) => line.length > 50)).toEqual([]);
  });
});

describe('keepTabs', () => {
  const tabs = [
    { id: 'a', query: '{ a }', variables: null, headers: null },
    { id: 'b', query: '{ b }', variables: '{"x":1}', headers: '{"y":2}' },
  ];
  const initial = [
    {
      id: 'i',
      title: 'First',
      query: 'query First { a }',
      variables: null,
      headers: null,
      operationName: 'First',
      response: null,
    },
  ];

  /** What is stored after the page was loaded. */
  function load(tabState: string | null, search: string): Map<string, string> {
    const stored = new Map(tabState === null ? [] : [['graphiql:tabState', tabState]]);
    const getItem = (key: string) => stored.get(key) ?? null;
    keepTabs({ getItem, setItem: (key, value) => void stored.set(key, value) }, search, initial);
    return stored;
  }

  /** Of that, what GraphiQL compares its tabs with. */
  function storedAfter(tabState: string | null, search: string): Record<string, string> {
    const stored = load(tabState, search);
    stored.delete('graphiql:tabState');
    return Object.fromEntries(stored);
  }

  it('stores the initial tabs where none are, and the first of them as the active one', () => {
    const { 'graphiql:tabState': state, ...texts } = Object.fromEntries(load(null, ''));
    expect(JSON.parse(state ?? '')).toEqual({ tabs: initial, activeTabIndex: 0 });
    expect(texts).toEqual({
      'graphiql:query': 'query First { a }',
      'graphiql:variables': '',
      'graphiql:headers': '',
    });
  });

  it('leaves the tabs that are stored as they are', () => {
    const kept = JSON.stringify({ tabs, activeTabIndex: 1 });
    expect(load(kept, '').get('graphiql:tabState')).toBe(kept);
  });

  it('stores the texts of the active tab', () => {
    expect(storedAfter(JSON.stringify({ tabs, activeTabIndex: 0 }), '')).toEqual({
      'graphiql:query': '{ a }',
      'graphiql:variables': '',
      'graphiql:headers': '',
    });
  });

  it('stores those of the tab whose query is in the address', () => {
    const search = `?query=${encodeURIComponent('{ b }')}`;
    expect(storedAfter(JSON.stringify({ tabs, activeTabIndex: 0 }), search)).toEqual({
      'graphiql:query': '{ b }',
      'graphiql:variables': '{"x":1}',
      'graphiql:headers': '{"y":2}',
    });
  });

  it.each([
    ['no tab is stored and the address has a query', null, '?query=c'],
    ['what is stored is not of GraphiQL', '{', ''],
    ['no tab has the query of the address', JSON.stringify({ tabs, activeTabIndex: 0 }), '?query=c'],
  ])('stores nothing where %s', (_name, tabState, search) => {
    expect(storedAfter(tabState, search)).toEqual({});
  });
});
