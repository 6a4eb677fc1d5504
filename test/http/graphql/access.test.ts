/** `me` and `audit`: who asks, and what is on record. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/access/viewer.js';
import { roleTokens } from '../role-tokens.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ access: roleTokens });
});
afterEach(() => server[Symbol.asyncDispose]());

const ask = <Data>(role: Role, query: string, variables: object = {}) =>
  server.query<Data>(query, { variables, headers: { authorization: `Bearer ${role}` } });
const forget = 'mutation { invalidateCache(name: TASK_STATUS) { invalidated } }';

describe('me', () => {
  it('says who asks, and what they may do', async () => {
    const query = '{ me { name role method expiresAt } }';
    expect((await ask('operator', query)).data).toEqual({
      me: { name: 'the operator', role: 'OPERATOR', method: 'BEARER', expiresAt: null },
    });
    expect((await server.query(query)).data).toEqual({
      me: { name: 'anonymous', role: 'VIEWER', method: 'NONE', expiresAt: null },
    });
  });
});

describe('audit', () => {
  const audit = async (args = '') => {
    const query = `{ audit${args} { nodes { id action viewer role method outcome code arguments } } }`;
    const { data } = await ask<{ audit: { nodes: Record<string, unknown>[] } }>('admin', query);
    return data?.audit.nodes ?? [];
  };

  it.each(['viewer', 'operator'] as const)(
    'is not for the role %s, who keeps the rest',
    async (role) => {
      expect(await ask(role, '{ me { role } audit { nodes { id } } }')).toMatchObject({
        data: { me: { role: role.toUpperCase() }, audit: null },
        errors: [
          {
            message: `The role ${role} may not use audit`,
            path: ['audit'],
            extensions: { code: 'FORBIDDEN' },
          },
        ],
      });
    },
  );

  it('lists what was done and what was refused, newest first', async () => {
    await ask('operator', forget);
    await ask('viewer', forget);
    await server.query('{ __typename }', { headers: { authorization: 'Bearer unknown' } });
    const arguments_ = '{"name":"task_status"}';
    const by = (role: Role) => ({ viewer: `the ${role}`, role: role.toUpperCase(), method: 'BEARER' });
    expect(await audit()).toMatchObject([
      { action: 'authenticate', viewer: null, role: null, outcome: 'UNAUTHENTICATED', arguments: null },
      { action: 'invalidateCache', ...by('viewer'), outcome: 'FORBIDDEN', code: 'FORBIDDEN' },
      { action: 'invalidateCache', ...by('operator'), outcome: 'SUCCEEDED', arguments: arguments_ },
    ]);
  });

  it('is filtered and paged', async () => {
    for (const role of ['operator', 'viewer', 'admin'] as const) await ask(role, forget);
    const viewers = async (args: string) => (await audit(args)).map(({ viewer }) => viewer);
    expect(await viewers('(outcome: SUCCEEDED)')).toEqual(['the admin', 'the operator']);
    expect(await viewers('(viewer: "the viewer", action: "invalidateCache")')).toEqual(['the viewer']);
    expect(await viewers('(action: "authenticate")')).toEqual([]);
    const { data } = await ask<{ audit: { totalCount: number; pageInfo: { endCursor: string } } }>(
      'admin',
      '{ audit(first: 1) { totalCount pageInfo { endCursor } } }',
    );
    expect(data?.audit.totalCount).toBe(3);
    const after = `after: "${data?.audit.pageInfo.endCursor}"`;
    expect(await viewers('(first: 1)')).toEqual(['the admin']);
    expect(await viewers(`(first: 1, ${after})`)).toEqual(['the viewer']);
    await ask('operator', forget); // newer: the cursor keeps its place
    expect(await viewers(`(last: 1, ${after})`)).toEqual(['the operator']);
    expect(await viewers(`(${after}, outcome: SUCCEEDED)`)).toEqual(['the operator']);
  });

  it('has no place for a cursor of an earlier run', async () => {
    const cursor = Buffer.from(JSON.stringify(['audit', 'earlier', 'id'])).toString('base64url');
    const { data, errors } = await ask(
      'admin',
      `{ audit(after: "${cursor}") { totalCount } me { role } }`,
    );
    expect(data).toEqual({ audit: null, me: { role: 'ADMIN' } });
    expect(errors).toMatchObject([{ path: ['audit'], extensions: { code: 'CURSOR_EXPIRED' } }]);
  });

  it.each(['(first: 1001)', '(first: -1)', '(after: "nothing")'])('refuses %s', async (args) => {
    const { errors } = await ask('admin', `{ audit${args} { nodes { id } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
