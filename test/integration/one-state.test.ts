/** Ends that no event reports, and states that the result backend stores too early: every view shows the same state. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  celeryVersion,
  sendTasks,
  startCluster,
  type Cluster,
  type ClusterOptions,
  type ClusterWorker,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { scrape } from '../support/scrape.js';
import { watchCluster } from '../support/watch.js';

/** Milliseconds: a few rounds of the slow reconciliation, and the replies of the worker between them. */
const reconciled = 45_000;

interface Shown {
  readonly state: string;
  readonly source: string;
  readonly finished: boolean;
  readonly exception: string | null;
  readonly progress: unknown;
}

const shown = '{ state source finished exception progress }';

class Watched implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly gateway: TestGateway;

  static async start(
    on: Pick<ClusterOptions, 'broker' | 'version'>,
    workers: readonly ClusterWorker[] = ['w1'],
  ): Promise<Watched> {
    const cluster = await startCluster({ ...on, workers });
    return new Watched(cluster, await watchCluster(cluster));
  }

  constructor(cluster: Cluster, gateway: TestGateway) {
    this.cluster = cluster;
    this.gateway = gateway;
  }

  /** The task as the list shows it and as it is shown by itself, in one answer, which must agree. */
  async task(id: string): Promise<Shown | undefined> {
    const { data } = await this.gateway.query<{ task: Shown | null; tasks: { nodes: Shown[] } }>(
      `{ tasks(filter: { taskIds: ["${id}"] }, useCache: false) { nodes ${shown} } task(taskId: "${id}", useCache: false) ${shown} }`,
    );
    expect(data?.tasks.nodes).toEqual(data?.task ? [data.task] : []);
    return data?.task ?? undefined;
  }

  async listed(id: string): Promise<readonly Shown[] | undefined> {
    const { data } = await this.gateway.query<{ tasks: { nodes: Shown[] } }>(
      `{ tasks(filter: { taskIds: ["${id}"] }, useCache: false) { nodes ${shown} } }`,
    );
    return data?.tasks.nodes;
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const { data } = await this.gateway.query<{
      taskStatus: { counts: { state: string; count: number }[] };
    }>('{ taskStatus(useCache: false) { counts { state count } } }');
    const counts = data?.taskStatus.counts ?? [];
    return Object.fromEntries(
      counts.filter(({ count }) => count > 0).map(({ state, count }) => [state, count]),
    );
  }

  async revoke(id: string): Promise<void> {
    const { data } = await this.gateway.query(
      `mutation { revokeTasks(input: { taskIds: ["${id}"], hostnames: ["w1@test"] }) { replies { hostname ok } } }`,
    );
    expect(data).toEqual({ revokeTasks: { replies: [{ hostname: 'w1@test', ok: true }] } });
  }

  async setEvents(mutation: 'enableEvents' | 'disableEvents'): Promise<void> {
    const { data } = await this.gateway.query(
      `mutation { ${mutation}(hostnames: ["w2@test"]) { replies { hostname ok } } }`,
    );
    expect(data).toEqual({ [mutation]: { replies: [{ hostname: 'w2@test', ok: true }] } });
  }

  /** The state that the result backend has; undefined if it has none. */
  async stored(id: string): Promise<unknown> {
    const meta = await this.cluster.redis.client().get(`celery-task-meta-${id}`);
    return (JSON.parse(meta ?? '{}') as { readonly status?: unknown }).status;
  }

  async rerunError(id: string): Promise<string | undefined> {
    const { errors } = await this.gateway.query(
      `mutation { rerunTask(input: { taskId: "${id}" }) { taskId } }`,
    );
    return errors?.[0]?.message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

describeEachCluster('one task, one state', (on) => {
  // Celery 5.7 reports and stores a Reject without requeueing as a failure.
  const rejected = on.version.name === 'debian' ? 'REJECTED' : 'FAILURE';
  let watched: Watched;
  let ids: Readonly<Record<'givenUp' | 'ignored' | 'spilled' | 'rejected' | 'waiting', string>>;

  beforeAll(async () => {
    watched = await Watched.start(on, [
      { hostname: 'w1', queues: ['default'] },
      // Only of a worker that starts without -E can task events be disabled later.
      { hostname: 'w2', queues: ['slow'], events: false },
    ]);
    const [givenUp = '', ignored = '', spilled = '', rejected = '', waiting = ''] = await sendTasks(
      watched.cluster.application,
      [
        { name: 'demo.give_up', args: ['no such customer'] },
        { name: 'demo.ignore' },
        { name: 'demo.spill', args: ['progress', 7] },
        { name: 'demo.reject' },
        { name: 'demo.add', args: [1, 2], options: { countdown: 3_600 } },
      ],
    );
    ids = { givenUp, ignored, spilled, rejected, waiting };
  });
  afterAll(() => watched[Symbol.asyncDispose]());

  it('is REVOKED when its worker will not run it, though Celery 5.2 stores nothing', async () => {
    await eventually(async () =>
      expect(await watched.task(ids.waiting)).toMatchObject({ state: 'RECEIVED' }),
    );
    await watched.revoke(ids.waiting);
    await eventually(async () =>
      expect(await watched.task(ids.waiting)).toMatchObject({ state: 'REVOKED', finished: true }),
    );
  });

  it(`is ${rejected} after a Reject`, async () => {
    await eventually(async () =>
      expect(await watched.task(ids.rejected)).toMatchObject({ state: rejected, finished: true }),
    );
  });

  it('is the SUCCESS that is stored when the event of it is lost', async () => {
    await watched.setEvents('enableEvents');
    const { application } = watched.cluster;
    const [id = ''] = await sendTasks(application, [{ name: 'demo.sleep', args: [2] }]);
    await eventually(async () => expect(await watched.task(id)).toMatchObject({ state: 'STARTED' }));
    await watched.setEvents('disableEvents');
    await eventually(async () => expect(await watched.stored(id)).toBe('SUCCESS'), 10_000);
    // The list asks no result backend by itself.
    await eventually(
      async () =>
        expect(await watched.listed(id)).toMatchObject([{ state: 'SUCCESS', source: 'RESULT_BACKEND' }]),
      reconciled,
    );
  });

  it('is the failure that the application has stored before Ignore, with its text', async () => {
    await eventually(
      async () =>
        expect(await watched.task(ids.givenUp)).toEqual({
          state: 'FAILURE',
          source: 'RESULT_BACKEND',
          finished: true,
          exception: 'no such customer',
          progress: 'no such customer',
        }),
      reconciled,
    );
  });

  it.each(['ignored', 'spilled'] as const)('is END_UNKNOWN where no end is stored: %s', async (kind) => {
    await eventually(
      async () =>
        expect(await watched.task(ids[kind])).toMatchObject({ state: 'END_UNKNOWN', finished: true }),
      reconciled,
    );
  });

  it('is the same in the counts, the figures and the lists', async () => {
    const { data } = await watched.gateway.query(
      `{ metricsSummary(windowSeconds: 600, useCache: false) { failed activeTasks }
         taskStatus(useCache: false) { active { total } orphaned }
         tasks(filter: { states: [STARTED, RECEIVED] }, useCache: false) { totalCount } }`,
    );
    expect(data).toEqual({
      metricsSummary: { failed: rejected === 'FAILURE' ? 2 : 1, activeTasks: 0 },
      taskStatus: { active: { total: 0 }, orphaned: 0 },
      tasks: { totalCount: 0 },
    });
    expect(await watched.counts()).toEqual({
      SUCCESS: 1,
      END_UNKNOWN: 2,
      REVOKED: 1,
      ...(rejected === 'FAILURE' ? { FAILURE: 2 } : { FAILURE: 1, REJECTED: 1 }),
    });
  });

  it('is counted once in /metrics, with the end that was stored before it was missed', async () => {
    const { values } = await scrape(watched.gateway);
    const counted = (name: string) =>
      ['FAILURE', 'END_UNKNOWN'].map((state) => values('tasks_total', { name, state }));
    expect(counted('demo.give_up')).toEqual([[1], []]);
    expect(counted('demo.ignore')).toEqual([[0], [1]]);
  });
});

describeWith(['redis', 'celery:debian'], 'one task, one state (Celery 5.2)', () => {
  it('is REVOKED to a gateway that has started after the revoke', async () => {
    await using cluster = await startCluster({ version: celeryVersion('debian'), workers: ['w1'] });
    const [id = ''] = await sendTasks(cluster.application, [
      { name: 'demo.add', args: [1, 2], options: { countdown: 3_600 } },
    ]);
    {
      await using gateway = await watchCluster(cluster);
      const former = new Watched(cluster, gateway);
      await eventually(async () => {
        await former.gateway.query('{ workers(useCache: false) { nodes { scheduledTasks { eta } } } }');
        expect(await former.task(id)).toMatchObject({ state: 'RECEIVED' });
      });
      await former.revoke(id);
      expect(await former.task(id)).toMatchObject({ state: 'REVOKED' });
    }
    await using gateway = await watchCluster(cluster);
    const answer = async () => {
      const { data } = await gateway.query(
        `{ task(taskId: "${id}") { state } tasks(filter: { states: [RECEIVED] }) { totalCount }
           workers { nodes { revokedTaskIds scheduledTasks { request { taskId } } } } }`,
      );
      return data;
    };
    expect(await answer()).toEqual({
      task: { state: 'REVOKED' },
      tasks: { totalCount: 0 },
      workers: {
        nodes: [{ revokedTaskIds: [id], scheduledTasks: [{ request: { taskId: id } }] }],
      },
    });
  });
});

describeWith(['redis', 'celery:5.6'], 'one task, one state (Celery 5.6)', () => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await Watched.start({ version: celeryVersion('5.6') });
  });
  afterAll(() => watched[Symbol.asyncDispose]());

  async function revokedWhileRunning(seconds: number): Promise<string> {
    const [id = ''] = await sendTasks(watched.cluster.application, [
      { name: 'demo.sleep', args: [seconds] },
    ]);
    await eventually(async () => expect(await watched.task(id)).toMatchObject({ state: 'STARTED' }));
    await watched.revoke(id);
    await eventually(async () => expect(await watched.stored(id)).toBe('REVOKED'));
    return id;
  }

  it('is STARTED while the task runs, whatever a revoke has stored, and SUCCESS afterwards', async () => {
    const id = await revokedWhileRunning(5);
    expect(await watched.task(id)).toMatchObject({
      state: 'STARTED',
      source: 'EVENTS',
      finished: false,
    });
    expect(await watched.counts()).toEqual({ STARTED: 1 });
    expect(await watched.rerunError(id)).toBe(`${id} was not rerun: it is not finished, but STARTED`);
    expect(await watched.task(id)).toMatchObject({ state: 'STARTED' });
    await eventually(
      async () => expect(await watched.task(id)).toMatchObject({ state: 'SUCCESS' }),
      15_000,
    );
    expect(await watched.counts()).toEqual({ SUCCESS: 1 });
  });

  it('is not REVOKED after an outage that cut everything off, while the worker has the task', async () => {
    const id = await revokedWhileRunning(9);
    const redis = watched.cluster.redis.client();
    for (const type of ['pubsub', 'normal']) await redis.call('CLIENT', 'KILL', 'TYPE', type);
    const states = new Set<string | undefined>();
    await eventually(async () => {
      states.add((await watched.task(id))?.state);
      expect(await watched.stored(id)).toBe('SUCCESS');
    }, 30_000);
    expect(states).not.toContain('REVOKED');
    await eventually(
      async () => expect(await watched.task(id)).toMatchObject({ state: 'SUCCESS' }),
      reconciled,
    );
  });
});
