/** The committed operations: by their ids, by their texts, and as all that is allowed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { persistedOperations } from '../../src/http/persisted-operations.js';
import { newClient, runOnce, serverSentEvents } from './subscribe.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const root = new URL('../../', import.meta.url);
const committed = readFileSync(new URL('schema/operations/access.graphql', root), 'utf8');
const [meId = ''] = [...persistedOperations].find(([, text]) => text.startsWith('query Me ')) ?? [];
const answer = { me: { name: 'anonymous', role: 'ADMIN', method: 'NONE', expiresAt: null } };
const refused = [
  { message: 'Only persisted operations are allowed', extensions: { code: 'FORBIDDEN' } },
];

describe('schema/persisted-operations.json', () => {
  it('has every committed operation by the SHA-256 of its text; npm run codegen writes it', async () => {
    const manifest = Object.fromEntries(persistedOperations);
    await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot(
      '../../schema/persisted-operations.json',
    );
    for (const [id, text] of persistedOperations)
      expect(createHash('sha256').update(text).digest('hex')).toBe(id);
  });
});

describe.each([['off'], ['only']])('with --persisted-operations %s', (mode) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ args: ['--persisted-operations', mode] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const post = (body: unknown) =>
    server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const apq = { persistedQuery: { version: 1, sha256Hash: meId } };

  it.each([
    ['documentId', { documentId: meId }],
    ['documentId with its algorithm', { documentId: `sha256:${meId}` }],
    ['persistedQuery', { extensions: apq }],
    ['text, as it is committed', { query: committed, operationName: 'Me' }],
    ['text, written otherwise', { query: 'query Me{me{name,role,method expiresAt}}' }],
  ])('an operation runs by its %s', async (_name, body) => {
    expect(await (await post(body)).json()).toEqual({ data: answer });
  });

  it.each([
    ['documentId', `documentId=${meId}`],
    ['persistedQuery', `extensions=${encodeURIComponent(JSON.stringify(apq))}`],
  ])('it runs by GET with its %s', async (_name, search) => {
    expect(await (await server.fetch(`/graphql?${search}`)).json()).toEqual({ data: answer });
  });

  it('it runs over WebSocket by its id', async () => {
    const client = newClient(server);
    const next = client.iterate({ query: '', extensions: apq }).next();
    await expect(next).resolves.toEqual({ done: false, value: { data: answer } });
    await client.dispose();
  });

  it('an unknown id is bad input', async () => {
    const response = await post({ documentId: '0'.repeat(64) });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        errors: [
          {
            message: 'There is no persisted operation with this id',
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      },
    ]);
  });

  it.each(['[1]', '[null]', '{"extensions":null}', '{"documentId":7}', '{"extensions":[[]]}'])(
    'the body %s is bad input',
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      const response = await server.fetch('/graphql', { method: 'POST', headers, body });
      expect(JSON.stringify(await response.json())).toContain('"errors":[{');
      expect(response.status).toBeLessThan(500);
    },
  );

  it('the REST routes answer', async () => {
    expect((await server.fetch('/api/v1/celery/workers/status')).status).toBe(200);
  });
});

describe('where only persisted operations are allowed', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ args: ['--persisted-operations', 'only'] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['another field', 'query Me { me { name role method expiresAt __typename } }'],
    ['an alias', 'query Me { me { n: name role method expiresAt } }'],
    ['no name', '{ me { name role method expiresAt } }'],
    [
      'one that is not committed beside it',
      'query Me { me { name role method expiresAt } } query X { me { name } }',
    ],
    ['a second of its name', 'query Me { me { name role method expiresAt } } query Me { me { name } }'],
    ['what is not in the schema', 'query Me { nothing }'],
    ['introspection', '{ __schema { queryType { name } } }'],
  ])('a document with %s is refused, twice', async (_name, query) => {
    const operationName = query.startsWith('query') ? 'Me' : undefined;
    for (let time = 0; time < 2; time++) {
      const response = await server.fetch('/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
        },
        body: JSON.stringify({ query, operationName }),
      });
      expect([response.status, await response.json()]).toEqual([403, { errors: refused }]);
    }
  });

  it('it is refused by GET, as a server-sent event and over WebSocket', async () => {
    const query = '{ me { name } }';
    const byGet = await server.fetch(`/graphql?query=${encodeURIComponent(query)}`);
    expect(await byGet.json()).toEqual({ errors: refused });
    expect((await serverSentEvents(server, query).next()).value).toEqual({ errors: refused });
    await expect(runOnce(server, query)).rejects.toMatchObject(refused);
  });
});
