/** Figures over a window of time, held against what the sender and the result backend know of the tasks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runLedger, sendTasks, type Cluster, type LedgerEntry } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { startTwoPools, type WatchedCluster } from '../support/two-pools.js';

/** As many as are sent at once, and how often. */
const [batch, batches] = [30, 3];
const count = batch * batches;
/** So few are remembered that the figures cannot come from the store. */
const maxTasks = 60;

interface TaskType {
  readonly name: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly registeredBy: readonly string[] | null;
  readonly runtime: { readonly count: number; readonly p50Seconds: number | null };
}

describeEachBroker('The figures of a window', (on) => {
  let watched: WatchedCluster;
  let cluster: Cluster;
  let gateway: TestGateway;
  let ledger: LedgerEntry[];

  beforeAll(async () => {
    watched = await startTwoPools(on, { args: ['--max-tasks', String(maxTasks)] });
    ({ cluster, gateway } = watched);
    ledger = [];
    for (let seed = 1; seed <= batches; seed++) {
      ledger.push(...(await runLedger(cluster.application, { count: batch, seed })));
      await eventually(async () => expect((await summary())?.['finished']).toBe(ledger.length), 20_000);
    }
  }, 120_000);

  afterAll(() => watched[Symbol.asyncDispose]());

  async function summary(window = 300) {
    const { data } = await gateway.query<{ metricsSummary: Record<string, number> }>(
      `query ($window: Int) { metricsSummary(windowSeconds: $window, useCache: false) {
        finished succeeded failed failureRatePercent throughputPerSecond observedSeconds windowSeconds
      } }`,
      { window },
    );
    return data?.metricsSummary;
  }

  async function taskTypes(args: string): Promise<TaskType[]> {
    const { data, errors } = await gateway.query<{ taskTypes: { nodes: TaskType[] } }>(
      `{ taskTypes(${args} useCache: false) {
        nodes {
          name total succeeded failed registeredBy runtime { count p50Seconds }
        }
      } }`,
    );
    expect(errors).toBeUndefined();
    return data?.taskTypes.nodes ?? [];
  }

  const endedAs = (state: string, name?: string) =>
    ledger.filter((entry) => entry.state === state && (name === undefined || entry.name === name))
      .length;

  it('count every task once, though most have left the store', async () => {
    const failed = endedAs('FAILURE');
    const figures = await summary();
    expect(figures).toMatchObject({
      ...{ finished: count, succeeded: count - failed, failed, windowSeconds: 300 },
      failureRatePercent: Math.round((failed / count) * 10_000) / 100,
      throughputPerSecond: count / 300,
    });
    expect(figures?.['observedSeconds']).toBeGreaterThan(0);
    expect(figures?.['observedSeconds']).toBeLessThanOrEqual(300);
    const { data } = await gateway.query('{ tasks(first: 0, useCache: false) { totalCount } }');
    expect(data).toEqual({ tasks: { totalCount: maxTasks } });
  });

  it.each(['', 'windowSeconds: 300,'])('are listed by task name, with arguments (%s)', async (args) => {
    const figures = await taskTypes(args);
    expect(figures.map(({ name }) => name)).toEqual([...new Set(ledger.map(({ name }) => name))].sort());
    for (const { name, total, succeeded, failed, registeredBy, runtime } of figures) {
      expect([name, succeeded, failed]).toEqual([
        ...[name, endedAs('SUCCESS', name), endedAs('FAILURE', name)],
      ]);
      expect(total).toBe(succeeded + failed);
      expect(runtime.count).toBe(succeeded);
      expect(registeredBy).toEqual(['w1@test', 'w2@test']);
    }
  });

  it('have durations within one percent of what the tasks took', async () => {
    // A tenth of a second for each step, and in no ledger: whatever this name has in the window is from here.
    const steps = [2, 2, 2, 2, 6];
    await sendTasks(
      cluster.application,
      steps.map((count) => ({ name: 'demo.progress', args: [count], options: { queue: 'high' } })),
    );
    const query = `{ taskTypes(filter: { names: ["demo.progress"] }, windowSeconds: 300, useCache: false) {
      nodes {
        runtime { count p50Seconds p95Seconds maxSeconds }
      }
    } }`;
    const runtime = await eventually(async () => {
      const { data } = await gateway.query<{
        taskTypes: { nodes: { runtime: Record<string, number> }[] };
      }>(query);
      const [type] = data?.taskTypes.nodes ?? [];
      expect(type?.runtime).toMatchObject({ count: 5 });
      return type?.runtime;
    }, 20_000);
    expect(runtime?.['p50Seconds']).toBeGreaterThanOrEqual(0.2 * 0.99);
    expect(runtime?.['p95Seconds']).toBeGreaterThanOrEqual(0.6 * 0.99);
    expect(runtime?.['p95Seconds']).toBeLessThanOrEqual((runtime?.['maxSeconds'] ?? 0) * 1.01);
    expect(runtime?.['maxSeconds']).toBeGreaterThanOrEqual(0.6);
  });
});
