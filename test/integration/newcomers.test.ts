/**
 * Workers that start after the gateway, as Celery starts them: they announce themselves a second before they listen to
 * remote control (mingle), so that a request that is sent at once reaches no pidbox.
 */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { untilReady, watching } from '../support/watch.js';

describeEachCluster('a worker that starts after the gateway', (on) => {
  it('reports its settings, though it did not listen when it was announced', async () => {
    await using cluster = await startCluster({ ...on, workers: [] });
    await using gateway = await startTestGateway(watching(cluster));
    await untilReady(gateway);
    await cluster.startWorker({ hostname: 'late', mingle: true });
    await eventually(async () => {
      const { data } = await gateway.query<{ health: { checks: { name: string; message: string }[] } }>(
        '{ health(useCache: false) { checks { name message } } }',
      );
      const found = data?.health.checks.find(({ name }) => name === 'configuration');
      expect(found?.message).toContain(
        'task_default_queue of the application is "default", the gateway has "celery": set DEFAULT_QUEUE (late@test)',
      );
    }, 20_000);
  });

  it('is late and not offline while its solo pool works, and its task is no orphan', async () => {
    await using cluster = await startCluster({ ...on, workers: [] });
    await using gateway = await startTestGateway(watching(cluster));
    await untilReady(gateway);
    const { application } = cluster;
    // It begins to work at once, so that it answers no question before the end.
    const [id = ''] = await sendTasks(application, [{ name: 'demo.sleep', args: [20] }]);
    await cluster.startWorker({ hostname: 'late', pool: 'solo', mingle: true });

    const seen = new Set<string>();
    let state: string | undefined;
    await eventually(async () => {
      const { data } = await gateway.query<{
        workers: { nodes: { status: string }[] };
        task: { state: string; orphaned: boolean } | null;
      }>(
        `{ workers(useCache: false) { nodes { status } } task(taskId: "${id}", useCache: false) { state orphaned } }`,
      );
      for (const { status } of data?.workers.nodes ?? []) seen.add(status);
      if (data?.task) seen.add(data.task.orphaned ? 'ORPHAN' : 'HELD');
      state = data?.task?.state;
      expect(state).toBe('SUCCESS');
    }, 60_000);
    expect(seen).toContain('HELD');
    expect(seen).not.toContain('OFFLINE');
    expect(seen).not.toContain('ORPHAN');
  });
});
