/** `me` and `audit`: who asks, and what is on record. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/access/viewer.js';
import { roleTokens } from '../http/role-tokens.js';
import { startTestServer } from '../http/test-server.js';
import type { TestServer } from '../http/test-server.js';

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
    const query = `{ audit${args} { id action viewer role method outcome code arguments } }`;
    const { data } = await ask<{ audit: Record<string, unknown>[] }>('admin', query);
    return data?.audit ?? [];
  };

  it.each(['viewer', 'operator'] as const)(
    'is not for the role %s, who keeps the rest',
    async (role) => {
      expect(await ask(role, '{ me { role } audit { id } }')).toMatchObject({
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

  it('tells what was done and what was refused, newest first', async () => {
    await ask('operator', forget);
    await ask('viewer', forget);
    await server.query('{ __typename }', { headers: { authorization: 'Bearer nobody' } });
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
    const [first] = await audit('(first: 1)');
    expect(first?.['viewer']).toBe('the admin');
    expect(await viewers(`(first: 1, after: "${String(first?.['id'])}")`)).toEqual(['the viewer']);
  });

  it.each(['(first: 1001)', '(first: -1)', '(after: "nothing")'])('refuses %s', async (args) => {
    const { errors } = await ask('admin', `{ audit${args} { id } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
