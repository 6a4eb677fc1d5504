/** What a list of tasks refuses: with a typed error, and the rest of the answer unharmed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../http/test-server.js';

describe('A list of tasks', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startTestServer()));
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['first: -1', 'first must not be negative'],
    ['first: 1, last: 1', 'give first or last, not both'],
    ['after: "no cursor"', 'after'],
    [
      'filter: { received: { after: "2026-01-02T00:00:00Z", before: "2026-01-01T00:00:00Z" } }',
      'received: after must not be later than before',
    ],
    ['filter: { runtimeSeconds: { min: 2, max: 1 } }', 'runtimeSeconds: min must not exceed max'],
    ['filter: { retries: { min: 2, max: 1 } }', 'retries: min must not exceed max'],
  ])('with %s is bad input', async (args, message) => {
    const { data, errors } = await server.query(`{ tasks(${args}) { nodes { id } } }`);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message) as string, extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(data).toMatchObject({ tasks: null });
  });

  it('refuses the cursor of another order', async () => {
    const cursorOf = async (orderBy: string) => {
      const { data } = await server.query<{ tasks: { pageInfo: { startCursor: string | null } } }>(
        `{ tasks(first: 1, useCache: false, orderBy: ${orderBy}) { pageInfo { startCursor } } }`,
      );
      return data?.tasks.pageInfo.startCursor;
    };
    await expect.poll(() => cursorOf('{ field: SEEN }')).toEqual(expect.any(String));
    const cursor = String(await cursorOf('{ field: SEEN }'));
    const { errors } = await server.query(
      `{ tasks(orderBy: { field: NAME }, after: "${cursor}") { nodes { id } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('takes the filter by orphans', async () => {
    const { data, errors } = await server.query(
      '{ tasks(filter: { orphaned: true }) { totalCount nodes { id } } }',
    );
    expect([data, errors]).toEqual([{ tasks: { totalCount: 0, nodes: [] } }, undefined]);
  });
});
