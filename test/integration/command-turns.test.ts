/** Commands that can break a worker are sent alone; what else is sent does not wait for them. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const revoke = `mutation {
  revokeTasks(input: { taskIds: ["3f7a1f0e-4f4b-4a0f-9b5e-0a3a5f3f9c11"], hostnames: ["w1@test"] }) {
    replies { hostname ok }
    errors { message }
  }
}`;

async function seconds(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return (performance.now() - started) / 1000;
}

/** Asks again and again until `end`; the shortest answer took as many seconds. */
async function poll(gateway: TestGateway, field: string, end: () => boolean): Promise<number> {
  let shortest = Infinity;
  while (!end()) {
    const query = gateway.query(
      `{ workers(useCache: false) { nodes { hostname ${field} { __typename } } } }`,
    );
    shortest = Math.min(shortest, await seconds(query));
  }
  return shortest;
}

describeEachBroker('a revocation', (on) => {
  it('is answered while two clients ask a worker that does not answer what it has reserved', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1', 'w2'] });
    await using gateway = await watchCluster(cluster);
    cluster.worker('w2').pause();
    let isOver = false;
    const polls = Promise.all([
      poll(gateway, 'reservedTasks', () => isOver),
      poll(gateway, 'scheduledTasks', () => isOver),
    ]);
    try {
      const took: number[] = [];
      for (let n = 0; n < 4; n++) {
        await delay(170); // at different moments of their turns
        const started = performance.now();
        const { data, errors } = await gateway.query(revoke);
        took.push((performance.now() - started) / 1000);
        expect(errors).toBeUndefined();
        expect(data).toEqual({
          revokeTasks: { replies: [{ hostname: 'w1@test', ok: true }], errors: [] },
        });
      }
      isOver = true;
      const [reserved, scheduled] = await polls;
      expect(Math.max(...took)).toBeLessThan(Math.min(reserved, scheduled) / 2);
    } finally {
      isOver = true;
      cluster.worker('w2').resume();
      await polls;
    }
  });
});
