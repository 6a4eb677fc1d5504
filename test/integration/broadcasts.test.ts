/** How often the workers are troubled: once for what many ask at once, and not at all for what is known. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startCluster, timeInspectStats, type Cluster } from '../support/celery.js';
import type { TestGateway } from '../support/gateway.js';
import type { BrokerTap } from '../support/broker-tap.js';
import { describeEachBroker } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

const many = 200;
const asked = '{ workers { nodes { hostname stats { pid } activeTasks { taskId } registeredTasks } } }';

describeEachBroker('broadcasts', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let tap: BrokerTap;

  beforeAll(async () => {
    cluster = await startCluster({ ...on, workers: ['w1', { hostname: 'w2', pool: 'solo' }] });
    gateway = await watchCluster(cluster);
    tap = await cluster.tap();
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await gateway.query('mutation { invalidateCache { invalidated } }');
    tap.clear();
  });

  async function broadcasts(): Promise<string[]> {
    await tap.flush();
    return tap.broadcasts().sort();
  }

  it(`sends one for each selected command when ${many} ask at once, and none for what is cached`, async () => {
    const answers = await Promise.all(Array.from({ length: many }, () => gateway.query(asked)));

    expect(await broadcasts()).toEqual(['active', 'registered', 'stats']);
    const [first] = answers;
    expect(first?.data).toMatchObject({
      workers: {
        nodes: [
          { hostname: 'w1@test', stats: { pid: cluster.worker('w1').pid }, activeTasks: [] },
          { hostname: 'w2@test', stats: { pid: cluster.worker('w2').pid }, activeTasks: [] },
        ],
      },
    });
    for (const { data, errors } of answers) expect({ data, errors }).toEqual({ data: first?.data });

    tap.clear();
    const cached = await gateway.query(asked);
    expect(cached.headers.get('X-Cache')).toBe('HIT');
    expect(cached.data).toEqual(first?.data);
    expect(await broadcasts()).toEqual([]);
  });

  it('sends none for what heartbeats report', async () => {
    const { data } = await gateway.query('{ workers(useCache: false) { nodes { hostname status } } }');

    expect(data).toEqual({
      workers: {
        nodes: [
          { hostname: 'w1@test', status: 'ONLINE' },
          { hostname: 'w2@test', status: 'ONLINE' },
        ],
      },
    });
    expect(await broadcasts()).toEqual([]);
  });

  it('asks two workers that one query names in one broadcast, and no other worker', async () => {
    const { data } = await gateway.query(`{
      one: worker(hostname: "w1@test") { stats { pid } }
      two: worker(hostname: "w2@test") { stats { pid } }
    }`);

    expect(data).toEqual({
      one: { stats: { pid: cluster.worker('w1').pid } },
      two: { stats: { pid: cluster.worker('w2').pid } },
    });
    await tap.flush();
    expect(tap.requests()).toMatchObject([{ method: 'stats', destination: ['w1@test', 'w2@test'] }]);

    tap.clear();
    await gateway.query('{ worker(hostname: "w2@test") { activeTasks { taskId } } }');
    await tap.flush();
    expect(tap.requests()).toMatchObject([{ method: 'active', destination: ['w2@test'] }]);
  });

  it('asks for a ping when only the answer itself is of interest', async () => {
    const { data } = await gateway.query('{ workers { nodes { unresponsive } } }');

    expect(data).toEqual({ workers: { nodes: [{ unresponsive: false }, { unresponsive: false }] } });
    expect(await broadcasts()).toEqual(['ping']);
  });

  it("answers uncached in a twentieth of the time that Celery's own inspect takes", async () => {
    const query = '{ workers(useCache: false) { nodes { stats { pid uptimeSeconds total } } } }';
    const ours: number[] = [];
    for (let round = 0; round < 15; round++) {
      const started = performance.now();
      const { errors } = await gateway.query(query);
      ours.push((performance.now() - started) / 1000);
      expect(errors).toBeUndefined();
    }
    const theirs = await timeInspectStats(cluster.application, { times: 3 });

    expect(median(ours)).toBeLessThan(median(theirs) / 20);
    expect(await broadcasts()).toHaveLength(15 + 1 + 3);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
