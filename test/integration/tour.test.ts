/**
 * Every kind of task that Celery has, and two thousand in a seeded mix: held field by field against what
 * their sender and Celery's own result backend know of them.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { expectReported } from '../support/reported-tasks.js';
import { expected, runTour, tourEnv, type TourEntry } from '../support/tour.js';
import { watchCluster } from '../support/watch.js';

const mix = 2_000;

describeEachCluster('a tour of 24 kinds of tasks', (on) => {
  const setting = { release: on.version.name, pool: 'prefork' as const };
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({
      ...on,
      workers: [
        { hostname: 'w1', concurrency: 4 },
        { hostname: 'w2', concurrency: 4 },
      ],
      env: tourEnv,
    });
    gateway = await watchCluster(cluster);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const stored = ({ backend: { state, result, exception } }: TourEntry) => ({
    state,
    result,
    exception,
  });
  const kinds = (ledger: readonly TourEntry[]) => new Set(ledger.map(({ kind }) => kind));

  it('ends as the result backend and the sender know it', async () => {
    const ledger = await runTour(cluster.application);

    expect(kinds(ledger).size).toBe(24 + 1); // and the children of demo.parent
    for (const entry of ledger) {
      expect(stored(entry), entry.kind).toEqual(expected(entry, setting).stored);
    }
    await expectReported(gateway, ledger, setting);
  });

  it(`ends so in a seeded mix of ${mix} tasks too`, async () => {
    const ledger = await runTour(cluster.application, { seed: 7, count: mix });

    expect(ledger.length).toBeGreaterThan(mix);
    expect(kinds(ledger).size).toBe(24 + 1);
    for (const entry of ledger) {
      expect(stored(entry), entry.kind).toEqual(expected(entry, setting).stored);
    }
    await expectReported(gateway, ledger, setting);
  }, 200_000);

  it('drops and misreads nothing on the way', async () => {
    await eventually(async () => {
      const { data } = await gateway.query('{ gateway { events { malformed dropped reconnects } } }');
      expect(data).toEqual({ gateway: { events: { malformed: 0, dropped: 0, reconnects: 0 } } });
    });
  });
});
