/** The mutations that send tasks and empty queues, over HTTP to the embedded cluster. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { print } from 'graphql';
import type { Role } from '../../../src/access/viewer.js';
import {
  PurgeQueueDocument,
  RerunTaskDocument,
  SendTaskDocument,
} from '../../../src/generated/operations.js';
import { eventually } from '../../support/eventually.js';
import { roleTokens } from '../role-tokens.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

interface Sent {
  readonly sendTask: { taskId: string; queue: string; task: { state: string; args: string } };
}

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ access: roleTokens });
});
afterEach(() => server[Symbol.asyncDispose]());

const ask = <Data>(role: Role, query: string, variables: object = {}) =>
  server.query<Data>(query, { variables, headers: { authorization: `Bearer ${role}` } });
const send = (variables: object, role: Role = 'operator') =>
  ask<Sent>(role, print(SendTaskDocument), variables);

describe('sendTask', () => {
  it('sends a task, which is known at once and run by a worker', async () => {
    await server.query('{ taskStatus { total } queues { nodes { name } } }'); // cached now
    const { data, errors } = await send({
      ...{ name: 'reports.daily.build', args: [null, [1.5]], kwargs: { pages: 1 } },
      options: { taskId: 'mine' },
    });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      sendTask: {
        taskId: 'mine',
        queue: 'default',
        task: {
          name: 'reports.daily.build',
          args: '(None, [1.5])',
          kwargs: "{'pages': 1}",
          rootId: 'mine',
        },
      },
    });
    await eventually(async () => {
      const task = '{ task(taskId: "mine", useCache: false) { finished } }';
      expect((await server.query(task)).data).toEqual({ task: { finished: true } });
    }, 10_000);
  });

  it('keeps what it has sent when another mutation of the document fails', async () => {
    const { data, errors } = await ask(
      'operator',
      `mutation { sendTask(name: "reports.daily.build", options: { taskId: "mine" }) { taskId }
         rerunTask(input: { taskId: "nope" }) { taskId } }`,
    );
    expect(data).toEqual({ sendTask: { taskId: 'mine' }, rerunTask: null });
    expect(errors).toMatchObject([{ path: ['rerunTask'], extensions: { code: 'UNKNOWN_TASK' } }]);
  });

  it('makes cached counts and depths be asked for anew', async () => {
    const query = '{ taskStatus { total } queues { nodes { name } } metricsSummary { finished } }';
    await server.query(query);
    await send({ name: 'reports.daily.build' });
    const { extensions } = await server.query(query);
    expect(extensions?.cache?.entries.map(({ status }) => status)).toEqual(['MISS', 'MISS', 'MISS']);
  });

  it.each([
    [{ name: '' }, 'name must have 1 to 255 characters, and no control characters'],
    [{ name: 'a', kwargs: [] }, 'kwargs must be an object'],
    [{ name: 'a', options: { queue: 'no' } }, 'There is no queue no'],
    [{ name: 'a', options: { headers: { chain: 'b' } } }, 'The header chain is reserved'],
  ])('says what is wrong with %j', async (variables, message) => {
    expect((await send(variables)).errors).toMatchObject([
      { message, extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('refuses a name that no worker has registered, unless it is forced', async () => {
    expect((await send({ name: 'reports.daily.biuld' })).errors).toMatchObject([
      {
        message:
          'No worker has registered a task "reports.daily.biuld"; set force: true to send it anyway',
        extensions: { code: 'UNKNOWN_TASK' },
      },
    ]);
    const query = 'mutation { sendTask(name: "reports.daily.biuld", force: true) { queue } }';
    expect((await ask('operator', query)).data).toEqual({ sendTask: { queue: 'default' } });
  });

  it('counts a relative time from its own start, and names a malformed one', async () => {
    const before = Date.now();
    const { data } = await ask<{ sendTask: { task: { eta: string } } }>(
      'operator',
      'mutation { sendTask(name: "reports.daily.build", options: { eta: "+1h" }) { task { eta } } }',
    );
    const eta = Date.parse(data?.sendTask.task.eta ?? '') - 3_600_000;
    expect(eta).toBeGreaterThanOrEqual(before);
    expect(eta).toBeLessThanOrEqual(Date.now());
    expect((await send({ name: 'x', options: { expires: 'tomorrow' } })).errors).toMatchObject([
      {
        message: expect.stringContaining('options.expires must be a time') as string,
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('is for operators, and on record with its id', async () => {
    expect((await send({ name: 'a' }, 'viewer')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    await send({ name: 'reports.daily.build', options: { taskId: 'mine' } });
    const { data } = await ask('admin', '{ audit { nodes { action viewer outcome taskIds } } }');
    expect(data).toMatchObject({
      audit: {
        nodes: [
          { action: 'sendTask', viewer: 'the operator', outcome: 'SUCCEEDED', taskIds: ['mine'] },
          { action: 'sendTask', viewer: 'the viewer', outcome: 'FORBIDDEN', taskIds: [] },
        ],
      },
    });
  });
});

describe('rerunTask', () => {
  const rerun = (variables: object) =>
    ask<{ rerunTask: { taskId: string } }>('operator', print(RerunTaskDocument), variables);

  it('links the new task to the one that there was', async () => {
    await send({ name: 'reports.daily.build', kwargs: { pages: 1 }, options: { taskId: 'mine' } });
    const id = await eventually(async () => {
      const { data, errors } = await rerun({ taskId: 'mine' });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        rerunTask: {
          ...{ queue: 'default', original: { taskId: 'mine' } },
          task: {
            name: 'reports.daily.build',
            kwargs: "{'pages': 1}",
            parentId: 'mine',
            rootId: 'mine',
          },
        },
      });
      return data?.rerunTask.taskId;
    }, 10_000);
    const { data } = await server.query(
      '{ task(taskId: "mine", useCache: false) { children { nodes { taskId } } } }',
    );
    expect(data).toMatchObject({ task: { children: { nodes: [{ taskId: id }] } } });
  });

  it('says that there is no such task', async () => {
    expect((await rerun({ taskId: 'none' })).errors).toMatchObject([
      { message: 'There is no task none', extensions: { code: 'UNKNOWN_TASK' } },
    ]);
  });
});

describe('purgeQueue', () => {
  const purge = (role: Role, name: string, expectedMessages: number) =>
    ask(role, print(PurgeQueueDocument), { name, expectedMessages });

  it('is refused when it is not as expected, and on record', async () => {
    expect((await purge('admin', 'default', 123_456)).errors).toMatchObject([
      {
        message: expect.stringMatching(
          /^default was not purged: \d+ messages wait in it, not 123456$/,
        ) as string,
        extensions: { code: 'COMMAND_REJECTED' },
      },
    ]);
    const { data } = await ask('admin', '{ audit { nodes { action outcome code } } }');
    expect(data).toEqual({
      audit: { nodes: [{ action: 'purgeQueue', outcome: 'FAILED', code: 'COMMAND_REJECTED' }] },
    });
  });

  it('is for admins', async () => {
    expect((await purge('operator', 'default', 0)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});
