/** Controls against real workers: what each says, and what `celery inspect` then shows. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as operations from '../../src/generated/operations.js';
import { celeryInspect, sendTasks, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

/** A pool of processes, one that scales itself, and a solo pool that sends no task events. */
const pool = 'pool@test';
const scaled = 'scaled@test';
const solo = 'solo@test';

interface Stats {
  readonly pool: { readonly processes: readonly number[] };
  readonly autoscaler?: { readonly max: number; readonly min: number };
}

// The tests below follow each other on one cluster; the last one shuts it down.
describeEachCluster('controls', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({
      ...on,
      workers: [
        { hostname: pool, queues: ['default', 'slow'], env: { POOL_RESTARTS: '1' } },
        { hostname: scaled, queues: ['high'], args: ['--autoscale', '3,1'] },
        { hostname: solo, queues: ['media.video'], pool: 'solo', events: false },
      ],
    });
    gateway = await watchCluster(cluster);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  /** The one answer of a mutation; it has no errors of its own. */
  async function control<Data extends object, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
  ): Promise<NonNullable<Data[keyof Data]>> {
    const { data, errors } = await gateway.execute(document, variables);
    expect(errors).toBeUndefined();
    return Object.values(data ?? {})[0] as NonNullable<Data[keyof Data]>;
  }

  const inspect = async <T>(method: string, hostname: string, args?: readonly string[]): Promise<T> => {
    const said = await celeryInspect(cluster.application, method, { destination: [hostname], args });
    return said[hostname] as T;
  };
  const processes = async (hostname: string) => (await inspect<Stats>('stats', hostname)).pool.processes;
  const consumed = async (hostname: string) =>
    (await inspect<{ name: string }[]>('active_queues', hostname)).map(({ name }) => name);

  const said = (hostname: string, message: unknown, confirmed: boolean | null = null) => ({
    replies: [{ hostname, ok: true, message, confirmed }],
    silent: [],
    errors: [],
  });
  const refused = (hostname: string, code: string, words: string) => ({
    replies: [
      { hostname, ok: false, message: expect.stringContaining(words) as string, confirmed: null },
    ],
    silent: [],
    errors: [{ code, hostname, message: expect.stringContaining(words) as string }],
  });

  it('ask for a sign of life', async () => {
    const pong = (hostname: string) => ({ hostname, ok: true, message: 'pong', confirmed: null });
    expect(await control(operations.PingWorkersDocument)).toEqual({
      replies: [pong(pool), pong(scaled), pong(solo)],
      ...{ silent: [], errors: [] },
    });
    expect(await control(operations.PingWorkersDocument, { hostnames: [solo] })).toEqual(
      said(solo, 'pong'),
    );
  });

  it('never send to an unknown name, nor take an empty list for all workers', async () => {
    const message = 'There is no worker nobody@test';
    expect(await control(operations.PingWorkersDocument, { hostnames: [solo, 'nobody@test'] })).toEqual({
      ...said(solo, 'pong'),
      errors: [{ code: 'UNKNOWN_WORKER', hostname: 'nobody@test', message }],
    });
    const { errors } = await gateway.execute(operations.ShutdownWorkersDocument, { hostnames: [] });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('grow and shrink a pool of processes, and never empty it when two shrink it at once', async () => {
    expect(await control(operations.GrowPoolDocument, { count: 2, hostnames: [pool] })).toEqual(
      said(pool, 'pool will grow', true),
    );
    expect(await processes(pool)).toHaveLength(4);
    const { data } = await gateway.query<{
      workers: { nodes: { stats: { concurrency: number } }[] };
      metricsSummary: { poolSlots: number };
    }>(
      '{ workers(useCache: false) { nodes { stats { concurrency } } } metricsSummary(useCache: false) { poolSlots } }',
    );
    const slots = data?.workers.nodes.map(({ stats }) => stats.concurrency) ?? [];
    expect(slots).toContain(4);
    expect(data?.metricsSummary.poolSlots).toBe(slots.reduce((sum, count) => sum + count, 0));

    const shrink = () => control(operations.ShrinkPoolDocument, { count: 2, hostnames: [pool] });
    const [first, second] = await Promise.all([shrink(), shrink()]);
    expect(first).toEqual(said(pool, 'pool will shrink', true));
    expect(second).toEqual(refused(pool, 'COMMAND_REJECTED', 'its pool of 2 would be emptied'));
    expect(await processes(pool)).toHaveLength(2);
    expect(await control(operations.ShrinkPoolDocument, { hostnames: [solo] })).toEqual(
      refused(solo, 'COMMAND_REJECTED', 'its pool of 1 would be emptied'),
    );
  });

  it('quote the pools that cannot grow', async () => {
    expect(await control(operations.GrowPoolDocument, { hostnames: [solo] })).toEqual(
      refused(solo, 'COMMAND_REJECTED', "'TaskPool' object has no attribute 'grow'"),
    );
    expect(await control(operations.GrowPoolDocument, { hostnames: [scaled] })).toEqual(
      refused(scaled, 'COMMAND_REJECTED', 'pool_grow is not supported with autoscale'),
    );
    expect(await control(operations.ShrinkPoolDocument, { hostnames: [scaled] })).toEqual(
      refused(scaled, 'COMMAND_REJECTED', 'pool_shrink is not supported with autoscale'),
    );
  });

  it('replace the processes of a pool, where that is allowed', async () => {
    const before = await processes(pool);
    expect(await control(operations.RestartPoolDocument, { hostnames: [pool] })).toEqual(
      said(pool, 'reload started', true),
    );
    // The others follow with their next task.
    await sendTasks(
      cluster.application,
      Array.from({ length: 20 }, () => ({ name: 'demo.silent' })),
    );
    await eventually(async () => {
      const after = await processes(pool);
      expect(after).toHaveLength(2);
      expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    }, 20_000);

    expect(await control(operations.RestartPoolDocument, { hostnames: [scaled] })).toEqual(
      refused(scaled, 'COMMAND_REJECTED', "ValueError('Pool restarts not enabled')"),
    );
  });

  it('set the bounds of a pool that scales itself', async () => {
    const bounds = { max: 5, min: 2 };
    expect(await control(operations.SetAutoscaleDocument, { ...bounds, hostnames: [scaled] })).toEqual(
      said(scaled, 'autoscale now max=5 min=2'),
    );
    expect((await inspect<Stats>('stats', scaled)).autoscaler).toMatchObject(bounds);

    expect(await control(operations.SetAutoscaleDocument, { ...bounds, hostnames: [pool] })).toEqual(
      refused(pool, 'COMMAND_REJECTED', "ValueError('Autoscale not enabled')"),
    );
  });

  it('let a worker consume from one more queue, and no longer', async () => {
    const route = { exchange: 'extra', exchangeType: 'TOPIC', routingKey: 'extra.#' } as const;
    const variables = { queue: 'extra', hostnames: [pool] };
    expect(await control(operations.AddConsumerDocument, { ...variables, ...route })).toEqual(
      said(pool, 'add consumer extra', true),
    );
    const queues = await inspect<object[]>('active_queues', pool);
    expect(queues).toContainEqual(
      expect.objectContaining({
        name: 'extra',
        exchange: expect.objectContaining({ name: 'extra', type: 'topic' }) as object,
        routing_key: 'extra.#',
      }),
    );

    expect(await control(operations.CancelConsumerDocument, variables)).toEqual(
      said(pool, 'no longer consuming from extra', true),
    );
    expect((await consumed(pool)).sort()).toEqual(['default', 'slow']);
    expect(await control(operations.CancelConsumerDocument, variables)).toEqual(
      refused(pool, 'COMMAND_REJECTED', 'it does not consume from extra'),
    );
  });

  it('show the next reader what has changed, though it was cached', async () => {
    const cached = async () => {
      const { data, headers } = await gateway.query<{ worker: { activeQueues: { name: string }[] } }>(
        `{ worker(hostname: "${pool}") { activeQueues { name } } }`,
      );
      const names = data?.worker.activeQueues.map(({ name }) => name).sort();
      return { names, status: headers.get('X-Cache') };
    };
    await cached();
    expect(await cached()).toEqual({ names: ['default', 'slow'], status: 'HIT' });

    await control(operations.AddConsumerDocument, { queue: 'fresh', hostnames: [pool] });
    expect(await cached()).toEqual({ names: ['default', 'fresh', 'slow'], status: 'MISS' });
    await control(operations.CancelConsumerDocument, { queue: 'fresh', hostnames: [pool] });
    expect(await cached()).toEqual({ names: ['default', 'slow'], status: 'MISS' });
  });

  it('limit how often tasks of a name are started', async () => {
    const variables = { taskName: 'demo.limited', rateLimit: '7/m', hostnames: [pool] };
    expect(await control(operations.SetRateLimitDocument, variables)).toEqual(
      said(pool, 'new rate limit set successfully'),
    );
    expect(await inspect('registered', pool)).toContain('demo.limited [rate_limit=7/m]');

    const unlimited = { ...variables, rateLimit: '0' };
    await control(operations.SetRateLimitDocument, unlimited);
    expect(await inspect('registered', pool)).toContain('demo.limited [rate_limit=0]');
    expect(
      await control(operations.SetRateLimitDocument, { ...variables, taskName: 'demo.nothing' }),
    ).toEqual(refused(pool, 'UNKNOWN_TASK', 'unknown task'));
  });

  it('say that new time limits are not in force, and the worker runs a task past them', async () => {
    const notYet = expect.stringMatching(
      /^time limits set successfully \(not in force yet: .* until the worker connects to the broker again\)$/,
    ) as string;
    const variables = { taskName: 'demo.sleep', softSeconds: 0.5, hardSeconds: 1, hostnames: [pool] };
    expect(await control(operations.SetTimeLimitsDocument, variables)).toEqual(
      said(pool, notYet, false),
    );
    expect(await inspect('registered', pool, ['soft_time_limit', 'time_limit'])).toContain(
      'demo.sleep [soft_time_limit=0.5 time_limit=1]',
    );
    const [id] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [2] }]);
    await eventually(async () => {
      const query = 'query ($id: ID!) { task(taskId: $id, useCache: false) { state } }';
      expect((await gateway.query(query, { id })).data).toEqual({ task: { state: 'SUCCESS' } });
    }, 20_000);
    const none = { taskName: 'demo.sleep', hostnames: [pool] };
    await control(operations.SetTimeLimitsDocument, none);
    expect(
      await control(operations.SetTimeLimitsDocument, { ...variables, taskName: 'demo.nothing' }),
    ).toEqual(refused(pool, 'UNKNOWN_TASK', 'unknown task'));
  });

  it('switch task events on and off, and report where that does nothing', async () => {
    const hostnames = [solo];
    const already = said(solo, 'task events already disabled');
    expect(await control(operations.DisableEventsDocument, { hostnames })).toEqual(already);

    expect(await control(operations.EnableEventsDocument, { hostnames })).toEqual(
      said(solo, 'task events enabled'),
    );
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.encode', args: ['a.mov'] }]);
    await eventually(async () => {
      const { data } = await gateway.query(
        `{ task(taskId: "${id}", useCache: false) { worker { hostname } } }`,
      );
      expect(data).toEqual({ task: { worker: { hostname: solo } } });
    }, 20_000);

    expect(await control(operations.DisableEventsDocument, { hostnames })).toEqual(
      said(solo, 'task events disabled'),
    );
    expect(await control(operations.DisableEventsDocument, { hostnames })).toEqual(already);
    // Trying out whether it was off has left it off.
    expect(await control(operations.EnableEventsDocument, { hostnames })).toEqual(
      said(solo, 'task events enabled'),
    );

    expect(await control(operations.DisableEventsDocument, { hostnames: [pool] })).toEqual(
      refused(pool, 'COMMAND_REJECTED', 'it was started with -E'),
    );
  });

  it('revoke tasks by their ids', async () => {
    const [id = ''] = await sendTasks(cluster.application, [
      { name: 'demo.echo', options: { countdown: 600 } },
    ]);
    const { errors, replies, totalCount } = await control(operations.RevokeTasksDocument, {
      taskIds: [id],
    });

    expect({ errors, totalCount }).toEqual({ errors: [], totalCount: 1 });
    expect(replies).toMatchObject([
      { hostname: pool, message: expect.stringContaining(id) as string },
      { hostname: scaled, message: expect.stringMatching(/flagged as revoked$/) as string },
      { hostname: solo, ok: true },
    ]);
    for (const hostname of [pool, scaled, solo])
      expect(await inspect('revoked', hostname)).toContain(id);
  });

  it('terminate tasks that run, and name those that no worker has', async () => {
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [600] }]);
    await eventually(async () => {
      const { data } = await gateway.query(`{ task(taskId: "${id}", useCache: false) { state } }`);
      expect(data).toEqual({ task: { state: 'STARTED' } });
    }, 20_000);
    const ids = [id, 'no-such-task'];
    const revoked = await control(operations.RevokeTasksDocument, {
      ...{ taskIds: ids, terminate: true, signal: 'SIGKILL', hostnames: [pool, scaled] },
    });

    expect(revoked).toMatchObject({
      terminated: [id],
      tasks: [
        { taskId: id, name: 'demo.sleep', state: 'STARTED', hostname: pool },
        { taskId: 'no-such-task', name: null },
      ],
      replies: [
        { hostname: pool, message: `terminate: ${id}` },
        { hostname: scaled, message: 'terminate: tasks unknown' },
      ],
      errors: [{ code: 'UNKNOWN_TASK', message: expect.stringContaining('no-such-task') as string }],
    });
    expect(revoked.errors[0]?.message).not.toContain(id);
    await eventually(async () => {
      const { data } = await gateway.query(`{ task(taskId: "${id}") { state } }`);
      expect(data).toEqual({ task: { state: 'REVOKED' } });
    }, 20_000);
    expect(await inspect('active', pool)).toEqual([]);
  });

  it('revoke what passes a filter, and show first what that would be', async () => {
    const call = { name: 'demo.add', args: [1, 2], options: { countdown: 600 } };
    const ids = await sendTasks(cluster.application, [call, call, call]);
    await eventually(async () => {
      const { data } = await gateway.query(
        '{ tasks(filter: { names: ["demo.add"], states: ["RECEIVED"] }, useCache: false) { totalCount } }',
      );
      expect(data).toEqual({ tasks: { totalCount: 3 } });
    }, 20_000);
    const filter = { names: ['demo.add'] };

    expect(await control(operations.RevokeTasksByFilterDocument, { filter, limit: 2 })).toEqual({
      ...{ dryRun: true, totalCount: 3, capped: true, terminated: [] },
      ...{ replies: [], silent: [], errors: [] },
      tasks: ids
        .slice(0, 2)
        .map((taskId) => ({ taskId, name: 'demo.add', state: 'RECEIVED', hostname: pool })),
    });
    expect(await inspect('revoked', pool)).not.toContain(ids[0]);

    expect(
      await control(operations.RevokeTasksByFilterDocument, { filter, dryRun: false }),
    ).toMatchObject({ dryRun: false, totalCount: 3, capped: false, errors: [] });
    expect(await inspect('revoked', pool)).toEqual(expect.arrayContaining(ids));
  });

  it('revoke by stamps, where Celery knows them', async () => {
    const variables = { headers: [{ name: 'tenant', stamps: ['acme'] }], hostnames: [pool] };
    const answer = await control(operations.RevokeByStampedHeadersDocument, variables);

    expect(answer).toEqual(
      on.version.name === 'debian'
        ? refused(pool, 'COMMAND_REJECTED', "KeyError('revoke_by_stamped_headers')")
        : said(pool, expect.stringContaining("{'tenant': ['acme']} flagged as revoked") as string),
    );
  });

  it('say of a worker that is busy that it may do it later', async () => {
    await sendTasks(cluster.application, [
      { name: 'demo.sleep', args: [4], options: { queue: 'media.video', routing_key: 'media.video.x' } },
    ]);
    await cluster.worker(solo).waitForLine(/demo\.sleep\[.*received/);
    expect(await control(operations.PingWorkersDocument, { hostnames: [solo] })).toEqual({
      ...{ replies: [], silent: [solo] },
      errors: [
        {
          ...{ code: 'NO_REPLY', hostname: solo },
          message: `${solo} did not answer ping within 1000 ms: it may be busy and execute the command later`,
        },
      ],
    });
    await eventually(async () => {
      const { errors } = await control(operations.PingWorkersDocument, { hostnames: [solo] });
      expect(errors).toEqual([]);
    }, 20_000);
  });

  it('shut workers down, and report when they are gone', async () => {
    expect(await control(operations.ShutdownWorkersDocument, { hostnames: [solo] })).toEqual(
      said(solo, 'went offline', true),
    );
    const { data } = await gateway.query(`{ worker(hostname: "${solo}") { status } }`);
    expect(data).toEqual({ worker: { status: 'OFFLINE' } });
    await cluster.worker(solo).exited;

    const { replies, errors } = await control(operations.ShutdownWorkersDocument);
    expect(errors).toEqual([]);
    expect(replies).toMatchObject([{ hostname: pool }, { hostname: scaled }]);
    await Promise.all([pool, scaled].map((hostname) => cluster.worker(hostname).exited));
    expect(await control(operations.PingWorkersDocument)).toMatchObject({
      replies: [],
      errors: [{ code: 'NO_REPLY', hostname: null, message: 'There is no worker to answer ping' }],
    });
  });
});
