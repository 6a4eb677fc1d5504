/** Tasks that their senders have shown under another name: what they are called is what the worker runs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { scrape } from '../support/scrape.js';
import { watchCluster } from '../support/watch.js';

describeEachCluster('shadow names', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  /** Gateways that received events of the task as well, and allow these names alone. */
  const allowing = new Map<string, TestGateway>();
  let id: string;

  beforeAll(async () => {
    cluster = await startCluster({ ...on, workers: ['w1'] });
    gateway = await watchCluster(cluster);
    for (const names of ['demo.*', 'nightly*'])
      allowing.set(names, await watchCluster(cluster, { args: ['--allowed-tasks', names] }));
    [id = ''] = await sendTasks(cluster.application, [
      { name: 'demo.add', args: [1, 2], options: { shadow: 'nightly report' } },
    ]);
    for (const each of [gateway, ...allowing.values()])
      await eventually(async () => expect(await task(each)).toMatchObject({ state: 'SUCCESS' }));
  });
  afterAll(async () => {
    for (const each of allowing.values()) await each[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  async function task(of: TestGateway, ofId = id): Promise<unknown> {
    const query = `{ task(taskId: "${ofId}", useCache: false) { name shadow state } }`;
    return (await of.query(query)).data?.['task'];
  }

  it('are shown beside the name of what the worker runs', async () => {
    expect(await task(gateway)).toEqual({
      name: 'demo.add',
      shadow: 'nightly report',
      state: 'SUCCESS',
    });
  });

  it('divide no figures: a task has one name', async () => {
    const { data } = await gateway.query<{ taskTypes: { nodes: { name: string; total: number }[] } }>(
      '{ taskTypes(useCache: false) { nodes { name total registeredBy } } }',
    );
    expect(data?.taskTypes.nodes.filter(({ total }) => total > 0)).toEqual([
      { name: 'demo.add', total: 1, registeredBy: ['w1@test'] },
    ]);
    // Over RabbitMQ a worker's event may overtake its sender's, and is counted by the name that it has.
    if (on.broker === 'rabbitmq') return;
    const { samples } = await scrape(gateway);
    expect(samples.filter(({ labels }) => Object.values(labels).includes('nightly report'))).toEqual([]);
  });

  it.each(['everything', 'demo.*'])('are not what is sent anew: %s is allowed', async (names) => {
    const on = allowing.get(names) ?? gateway;
    const { data, errors } = await on.query<{ rerunTask: { taskId: string; task: { name: string } } }>(
      `mutation { rerunTask(input: { taskId: "${id}" }) { taskId task { name } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.rerunTask.task.name).toBe('demo.add');
    const again = data?.rerunTask.taskId ?? '';
    await eventually(async () => expect(await task(on, again)).toMatchObject({ state: 'SUCCESS' }));
  });

  it('open no list of allowed tasks', async () => {
    const { errors } =
      (await allowing
        .get('nightly*')
        ?.query(`mutation { rerunTask(input: { taskId: "${id}" }) { taskId } }`)) ?? {};
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
