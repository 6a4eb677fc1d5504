/** The links between the tasks of real chains, groups and chords. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonOutput, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

interface Linked {
  readonly taskId: string;
  readonly state: string;
  readonly root: { readonly taskId: string } | null;
  readonly parent: { readonly taskId: string } | null;
  readonly children: { nodes: readonly { readonly taskId: string }[] };
}

describeEachCluster('The workflow of a task', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({ ...on, workers: [{ hostname: 'w1', pool: 'solo' }] });
    gateway = await watchCluster(cluster);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  /** Runs a program that prints ids, and returns those tasks in that order when they have succeeded. */
  async function run(program: string): Promise<Linked[]> {
    const code = `import cluster as c\nfrom celery import chain, chord, group\nc.declare()\n${program}`;
    const ids = (await pythonOutput(cluster.application, ['-c', code])).trim().split('\n');
    const aliases = ids.map((id, n) => `t${n}: task(taskId: "${id}", useCache: false) { ...links }`);
    return eventually(async () => {
      const { data } = await gateway.query<Record<string, Linked>>(`{ ${aliases.join(' ')} }
        fragment links on Task { taskId state root { taskId } parent { taskId } children { nodes { taskId } } }`);
      const tasks = Object.values(data ?? {});
      expect(tasks.map((task) => task.state)).toEqual(ids.map(() => 'SUCCESS'));
      return tasks;
    }, 15_000);
  }

  const ids = (tasks: readonly { readonly taskId: string }[]) =>
    tasks.map(({ taskId }) => taskId).sort();

  it('links the members of a chain, each to the one before', async () => {
    const [first, second, third] = await run(`
r = chain(c.add.s(1, 2), c.add.s(4), c.add.s(8)).apply_async()
print(r.parent.parent.id, r.parent.id, r.id, sep='\\n')`);
    const root = { taskId: first?.taskId };
    expect(first).toMatchObject({
      root,
      parent: null,
      children: { nodes: [{ taskId: second?.taskId }] },
    });
    expect(second).toMatchObject({
      root,
      parent: root,
      children: { nodes: [{ taskId: third?.taskId }] },
    });
    expect(third).toMatchObject({ root, parent: { taskId: second?.taskId }, children: { nodes: [] } });
  });

  it('links the members of a group to the task that sent them', async () => {
    const [first, ...members] = await run(`
r = chain(c.add.s(1, 2), group(c.add.s(n) for n in range(3))).apply_async()
print(r.parent.id, *(m.id for m in r.results), sep='\\n')`);
    const root = { taskId: first?.taskId };
    expect(ids(first?.children.nodes ?? [])).toEqual(ids(members));
    for (const member of members) expect(member).toMatchObject({ root, parent: root });
  });

  it('links the body of a chord to a member of its header', async () => {
    const [body, ...members] = await run(`
r = chord([c.add.s(n, n) for n in range(3)], c.total.s()).apply_async()
print(r.id, *(m.id for m in r.parent.results), sep='\\n')`);
    const parent = members.find(({ taskId }) => taskId === body?.parent?.taskId);
    expect(parent?.children.nodes).toEqual([{ taskId: body?.taskId }]);
    expect(body?.root).toEqual(parent?.root);
  });

  it('links what a task sends while it runs', async () => {
    const [parent] = await run(`print(c.parent.delay(2).id)`);
    const children = parent?.children.nodes ?? [];
    expect(children).toHaveLength(2);
    expect(parent).toMatchObject({ root: { taskId: parent?.taskId }, parent: null });
  });
});
