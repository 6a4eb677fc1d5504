/** Controls over HTTP, on the embedded cluster: what they answer, record, and make fresh again. */
import { print } from 'graphql';
import type { DocumentNode } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as operations from '../../src/generated/operations.js';
import { readPage } from '../support/documentation.js';
import { startTestServer } from './test-server.js';
import type { TestServer } from './test-server.js';

const worker1 = 'worker1@embedded';
const hostnames = [worker1];
const all = ['media@embedded', worker1, 'worker2@embedded'];

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** What the one field of a mutation answers; any, since each test knows what it asked for. */
async function control(document: DocumentNode, variables: object = {}): Promise<unknown> {
  const { data, errors } = await server.query(print(document), { variables });
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0];
}

const reply = (hostname: string, message: string, confirmed: boolean | null = null) => ({
  ...{ hostname, ok: true, message, confirmed },
});
const said = (message: string, confirmed: boolean | null = null) => ({
  ...{ replies: [reply(worker1, message, confirmed)], silent: [], errors: [] },
});
const refused = (code: string, words: string) => ({
  replies: [{ hostname: worker1, ok: false, message: words, confirmed: null }],
  silent: [],
  errors: [{ code, hostname: worker1, message: expect.stringContaining(words) as string }],
});

const limits = { softSeconds: null, hardSeconds: 60 };
const unknown = { taskName: 'no.such.task', hostnames };

describe('a control', () => {
  it.each<[keyof typeof operations, object, object]>([
    ['GrowPoolDocument', { count: 2 }, said('pool will grow', true)],
    ['ShrinkPoolDocument', { count: 3 }, said('pool will shrink', true)],
    ['ShrinkPoolDocument', { count: 4 }, refused('COMMAND_REJECTED', 'its pool of 4 would be emptied')],
    ['RestartPoolDocument', {}, refused('COMMAND_REJECTED', "ValueError('Pool restarts not enabled')")],
    [
      'SetAutoscaleDocument',
      { max: 5, min: 2 },
      refused('COMMAND_REJECTED', "ValueError('Autoscale not enabled')"),
    ],
    ['AddConsumerDocument', { queue: 'extra' }, said('add consumer extra', true)],
    ['CancelConsumerDocument', { queue: 'default' }, said('no longer consuming from default', true)],
    [
      'CancelConsumerDocument',
      { queue: 'extra' },
      refused('COMMAND_REJECTED', 'it does not consume from extra'),
    ],
    [
      'SetRateLimitDocument',
      { taskName: 'shop.orders.charge_card', rateLimit: '100/m' },
      said('new rate limit set successfully'),
    ],
    ['SetRateLimitDocument', { ...unknown, rateLimit: '1/s' }, refused('UNKNOWN_TASK', 'unknown task')],
    [
      'SetTimeLimitsDocument',
      { taskName: 'shop.orders.charge_card', ...limits },
      said(
        'time limits set successfully (not in force yet: Celery keeps the limits that it had, until the worker connects to the broker again)',
        false,
      ),
    ],
    ['SetTimeLimitsDocument', { ...unknown, ...limits }, refused('UNKNOWN_TASK', 'unknown task')],
    ['EnableEventsDocument', {}, said('task events already enabled')],
    ['DisableEventsDocument', {}, said('task events disabled')],
    [
      'RevokeByStampedHeadersDocument',
      { headers: [{ name: 'tenant', stamps: ['acme'] }] },
      refused('COMMAND_REJECTED', "KeyError('revoke_by_stamped_headers')"),
    ],
    ['PingWorkersDocument', {}, said('pong')],
    ['ShutdownWorkersDocument', {}, said('went offline', true)],
  ])('%s of %j is answered by the worker', async (name, variables, answer) => {
    expect(await control(operations[name] as DocumentNode, { hostnames, ...variables })).toEqual(answer);
  });

  it('without names is for every worker', async () => {
    expect(await control(operations.PingWorkersDocument)).toEqual({
      replies: all.map((hostname) => reply(hostname, 'pong')),
      ...{ silent: [], errors: [] },
    });
  });

  it('with an argument out of range is an error of the operation', async () => {
    const { data, errors } = await server.query(print(operations.GrowPoolDocument), {
      variables: { count: 0, hostnames },
    });
    expect(data).toEqual({ growPool: null });
    expect(errors).toMatchObject([
      { message: 'count must be from 1 to 100', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('leaves a record of the workers that did it, those that were silent, and the first error', async () => {
    await control(operations.PingWorkersDocument, { hostnames: [worker1, 'nobody@h'] });
    expect(server.services.audit.records()[0]).toMatchObject({
      ...{ action: 'pingWorkers', outcome: 'PARTIAL', code: 'UNKNOWN_WORKER' },
      ...{ answered: [worker1], silent: [], arguments: expect.stringContaining(worker1) as string },
    });
    await control(operations.RevokeTasksDocument, { taskIds: ['t1', 't2'] });
    expect(server.services.audit.records()[0]).toMatchObject({
      ...{ action: 'revokeTasks', outcome: 'SUCCEEDED', taskIds: ['t1', 't2'], answered: all },
    });
  });

  it('makes the next read fresh, which was cached', async () => {
    const pools = async () => {
      const query = '{ workers { nodes { hostname stats { pool { maxConcurrency } } } } }';
      const { data, headers } = await server.query<{
        workers: { nodes: { hostname: string; stats: { pool: { maxConcurrency: number } } }[] };
      }>(query);
      const worker = data?.workers.nodes.find(({ hostname }) => hostname === worker1);
      return [worker?.stats.pool.maxConcurrency, headers.get('X-Cache')];
    };
    await vi.waitFor(async () => expect((await pools())[0]).toBe(4), 5_000);
    expect(await pools()).toEqual([4, 'HIT']);
    await control(operations.GrowPoolDocument, { count: 2, hostnames });
    expect(await pools()).toEqual([6, 'MISS']);
  });
});

describe('revoking tasks', () => {
  it('by a filter shows first what it would do, and only for unfinished tasks', async () => {
    const { state, transport } = server.services.celery;
    const seed = { args: null, kwargs: null, worker: worker1, startedAt: null, eta: null, queue: null };
    for (const id of ['held1', 'held2', 'held3'])
      state.sawTask({ ...seed, id, name: 'shop.held', state: 'RECEIVED' });
    const sent = vi.spyOn(transport, 'publishRequest');
    const revoked = () => sent.mock.calls.filter(([{ method }]) => method === 'revoke').length;
    const filter = { names: ['shop.held'] };
    const shown = (id: string) => ({
      taskId: id,
      name: 'shop.held',
      state: 'RECEIVED',
      hostname: worker1,
    });

    expect(await control(operations.RevokeTasksByFilterDocument, { filter, limit: 2 })).toEqual({
      ...{ dryRun: true, tasks: [shown('held1'), shown('held2')], totalCount: 3, capped: true },
      ...{ replies: [], silent: [], errors: [], terminated: [] },
    });
    const finished = { filter: { ...filter, states: ['SUCCESS'] }, dryRun: false };
    expect(await control(operations.RevokeTasksByFilterDocument, finished)).toMatchObject({
      ...{ dryRun: false, tasks: [], totalCount: 0, replies: [], errors: [] },
    });
    expect(revoked()).toBe(0);

    expect(
      await control(operations.RevokeTasksByFilterDocument, { filter, dryRun: false }),
    ).toMatchObject({
      ...{ dryRun: false, totalCount: 3, capped: false },
      replies: all.map((hostname) => reply(hostname, 'tasks held1, held2, held3 flagged as revoked')),
    });
    expect(revoked()).toBe(1);
  });

  it.each([
    ['nothing at all', ''],
    ['an empty filter', '(filter: {})'],
    ['a filter of empty conditions', '(filter: { taskIds: [], search: " " })'],
    ['a search of no words', '(filter: { search: "name: \\"\\"" })'],
    ['an empty list beside other conditions', '(filter: { taskIds: [], names: ["x"] })'],
    ['ids and a filter', '(input: { taskIds: ["a"], filter: { names: ["x"] } })'],
    ['no ids', '(input: { taskIds: [] })'],
    ['a signal that is not sent', '(input: { taskIds: ["a"], signal: SIGKILL })'],
    ['a limit of none', '(filter: { names: ["x"] }, limit: 0)'],
    ['a limit beyond all', '(filter: { names: ["x"] }, limit: 1001)'],
  ])('refuses %s', async (_what, args) => {
    const { errors } = await server.query(`mutation { revokeTasks${args} { totalCount } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('reports those to be terminated that no worker runs', async () => {
    const variables = { taskIds: ['no-such-task'], terminate: true, signal: 'SIGKILL' };
    expect(await control(operations.RevokeTasksDocument, variables)).toMatchObject({
      tasks: [{ taskId: 'no-such-task', name: null, state: null, hostname: null }],
      replies: all.map((hostname) => reply(hostname, 'terminate: tasks unknown')),
      errors: [{ code: 'UNKNOWN_TASK', hostname: null }],
      terminated: [],
    });
  });
});

it('answers the controls that docs/api.md shows', async () => {
  const shown = /```graphql\n(mutation Controls .*?)```/s.exec(readPage('docs/api.md'))?.[1] ?? '';
  const { data, errors } = await server.query(shown);
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    growPool: {
      replies: [{ hostname: worker1, message: 'pool will grow', confirmed: true }],
      ...{ silent: [], errors: [] },
    },
    shrinkPool: {
      replies: [expect.objectContaining({ message: 'its pool of 6 would be emptied' })],
      errors: [expect.objectContaining({ code: 'COMMAND_REJECTED', hostname: worker1 })],
    },
    revokeTasks: { tasks: [], totalCount: 0, capped: false },
  });
});
