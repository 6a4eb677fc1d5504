/** Five hundred tasks of every kind, held against what their sender and the result backend know of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runLedger, sendTasks, type Cluster, type LedgerEntry } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { allPages, tasksOf, type TaskNode } from '../support/task-pages.js';
import { startTwoPools, type WatchedCluster } from '../support/two-pools.js';

const count = 500;

describeEachCluster('a ledger of tasks', (on) => {
  let watched: WatchedCluster;
  let cluster: Cluster;
  let gateway: TestGateway;
  let ledger: LedgerEntry[];

  beforeAll(async () => {
    watched = await startTwoPools(on);
    ({ cluster, gateway } = watched);
    ledger = await runLedger(cluster.application, { count });
    await eventually(async () => {
      const finished = await tasksOf(gateway, { states: ['SUCCESS', 'FAILURE'] }, { first: 0 });
      expect(finished.totalCount).toBe(count);
    });
  }, 120_000);

  afterAll(() => watched[Symbol.asyncDispose]());

  it('is what the pages of all tasks show, each task once', async () => {
    const pages = await allPages(gateway, {}, 37);

    expect(pages.map((page) => page.length)).toEqual([...Array<number>(13).fill(37), 19]);
    const listed = pages.flat();
    expect(new Set(listed.map(({ taskId }) => taskId)).size).toBe(count);
    expect(sorted(listed)).toEqual(sorted(ledger.map(expectedNode)));
  });

  it('is what each task says when it is asked for by its id', async () => {
    const aliases = ledger.map(
      ({ id }, n) => `t${n}: task(taskId: "${id}") { taskId name state retries exception }`,
    );
    const { data, errors } = await gateway.query(`{ ${aliases.join('\n')} }`);

    expect(errors).toBeUndefined();
    expect(Object.values(data ?? {})).toEqual(ledger.map(expectedNode));
  });

  it('is counted by state', async () => {
    const { data } = await gateway.query(
      '{ taskStatus(useCache: false) { total counts { state count } } }',
    );

    const of = (state: string) => ledger.filter((entry) => entry.state === state).length;
    expect(data).toMatchObject({ taskStatus: { total: count } });
    expect(data?.['taskStatus']).toHaveProperty(
      'counts',
      expect.arrayContaining([
        { state: 'SUCCESS', count: of('SUCCESS') },
        { state: 'FAILURE', count: of('FAILURE') },
      ]),
    );
  });

  it.each<[string, object, (entry: LedgerEntry) => boolean]>([
    ['a state', { states: ['FAILURE'] }, ({ state }) => state === 'FAILURE'],
    ['a name', { names: ['demo.echo'] }, ({ name }) => name === 'demo.echo'],
    [
      'two names and a state',
      { names: ['demo.flaky', 'demo.exhaust'], states: ['FAILURE'] },
      ({ name, state }) => /flaky|exhaust/.test(name) && state === 'FAILURE',
    ],
    ['a worker', { workers: ['w1@test'] }, ({ name }) => /demo\.(sleep|ranked)/.test(name)],
    ['a queue', { queues: ['high'] }, ({ name }) => name === 'demo.ranked'],
    ['words', { search: 'zerodivision' }, ({ name }) => name === 'demo.divide'],
    ['a phrase', { search: '"upstream never answered"' }, ({ name }) => name === 'demo.exhaust'],
    [
      'words in fields',
      { search: 'name:flaky -state:success' },
      ({ name, state }) => name === 'demo.flaky' && state === 'FAILURE',
    ],
  ])('is narrowed by %s', async (_, filter, holds) => {
    const listed = (await allPages(gateway, filter, 100)).flat();

    const expectedIds = ledger.filter(holds).map(({ id }) => id);
    expect(expectedIds.length).toBeGreaterThan(0);
    expect(listed.map(({ taskId }) => taskId).sort()).toEqual(expectedIds.sort());
  });

  it('is paged without a gap or a repetition while tasks arrive', async () => {
    const before = (await allPages(gateway, {}, 1000)).flat().map(({ taskId }) => taskId);
    const arriving = sendTasks(
      cluster.application,
      Array.from({ length: 100 }, (_, n) => ({ name: 'demo.echo', args: [n] })),
    );
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await tasksOf(gateway, {}, { first: 20, after });
      seen.push(...page.nodes.map(({ taskId }) => taskId));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
      // Not the next page before something has arrived that could have moved it.
      const total = page.totalCount;
      if (total < before.length + 100) {
        await eventually(async () =>
          expect((await tasksOf(gateway, {}, { first: 0 })).totalCount).toBeGreaterThan(total),
        );
      }
    }

    const arrived = new Set(await arriving);
    expect(seen.filter((id) => !arrived.has(id))).toEqual(before);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

const expectedNode = ({ id, name, state, retries, exception }: LedgerEntry): TaskNode => ({
  taskId: id,
  name,
  state,
  retries,
  exception,
});

function sorted(tasks: readonly TaskNode[]): TaskNode[] {
  return tasks.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
}
