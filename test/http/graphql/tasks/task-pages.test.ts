/** What a list of tasks refuses: with a typed error, and the rest of the answer unharmed. */
import { parseEvents } from '../../../../src/celery/events/event.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test-server.js';

describe('A list of tasks', () => {
  let server: TestServer;
  beforeAll(async () => void (server = await startTestServer()));
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['first: -1', 'first must be from 0 to 1000'],
    ['first: 1001', 'first must be from 0 to 1000'],
    ['last: 1001', 'last must be from 0 to 1000'],
    ['first: 1, last: 1', 'give first or last, not both'],
    ['after: "no cursor"', 'after'],
    [
      'filter: { received: { after: "2026-01-02T00:00:00Z", before: "2026-01-01T00:00:00Z" } }',
      'receivedAt: after must not be later than before',
    ],
    [
      'filter: { finished: { after: "28 Nov 2026" } }',
      'filter.finished.after must be a time in RFC 3339',
    ],
    [
      'filter: { started: { before: "2026-02-31T00:00:00Z" } }',
      'filter.started.before must be a time in RFC 3339',
    ],
    ['filter: { search: "nmae:mail" }', 'there is no "nmae:"; there are name: state: worker: queue:'],
    ['filter: { search: "(a OR b) c" }', 'parentheses do not group terms'],
    ['filter: { runtimeSeconds: { min: 2, max: 1 } }', 'runtimeSeconds: min must not exceed max'],
    ['filter: { retries: { min: 2, max: 1 } }', 'retries: min must not exceed max'],
  ])('with %s is bad input', async (args, message) => {
    const { data, errors } = await server.query(`{ tasks(${args}) { nodes { taskId } } }`);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message) as string, extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(data).toMatchObject({ tasks: null });
  });

  it('says of a cursor of an earlier run that it has expired, and ends a page of size 0', async () => {
    const expired = Buffer.from(JSON.stringify(['earlier', 'SEEN', 'DESC', 1, null])).toString(
      'base64url',
    );
    const { data, errors } = await server.query(
      `{ old: tasks(after: "${expired}") { totalCount } none: tasks(first: 0) { nodes { name } pageInfo { hasNextPage } } }`,
    );
    expect(data).toEqual({ old: null, none: { nodes: [], pageInfo: { hasNextPage: false } } });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining(
          'after is a cursor of another cluster, or from before',
        ) as string,
        path: ['old'],
        extensions: { code: 'CURSOR_EXPIRED' },
      },
    ]);
  });

  it('refuses a state that no task can have, and takes one that a task has had', async () => {
    const { celery } = server.services;
    await expect.poll(() => celery.isSynced).toBe(true);
    const ask = (filter: string) =>
      server.query(`{ tasks(filter: { ${filter} }) { nodes { taskId } } }`);
    for (const filter of ['states: [SUCCESS, SUCESS]', 'search: "mail state:sucess"'])
      expect((await ask(filter)).errors).toMatchObject([
        {
          message: expect.stringContaining('No task has had the state SUCESS') as string,
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    expect((await ask('states: [END_UNKNOWN], search: "state:pending"')).errors).toBeUndefined();

    expect((await ask('states: [BREWING]')).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const event = { uuid: 'tea', hostname: 'w1@h', timestamp: Date.now() / 1000 };
    const { events } = parseEvents({ type: 'task-brewing', ...event });
    for (const one of events) celery.state.apply(one, Date.now());
    expect((await ask('states: [brewing]')).errors).toBeUndefined();
  });

  it('names a malformed time that came in a variable, and takes a relative one', async () => {
    const query =
      'query ($at: DateTime) { tasks(filter: { received: { after: $at } }) { nodes { taskId } } }';
    const refused = await server.query(query, { variables: { at: 'yesterday' } });
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringContaining('filter.received.after must be a time') as string,
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect((await server.query(query, { variables: { at: '-15m' } })).errors).toBeUndefined();
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
      `{ tasks(orderBy: { field: NAME }, after: "${cursor}") { nodes { taskId } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('takes the filter by orphans', async () => {
    const { data, errors } = await server.query(
      '{ tasks(filter: { orphaned: true }) { totalCount nodes { taskId } } }',
    );
    expect([data, errors]).toEqual([{ tasks: { totalCount: 0, nodes: [] } }, undefined]);
  });
});
