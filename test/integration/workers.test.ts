/** What workers say of themselves is what `celery inspect` prints of them, field by field. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  celeryInspect,
  pythonOutput,
  sendTasks,
  startCluster,
  type Cluster,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCluster } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';
import {
  activeQueue,
  scheduledTask,
  steadyStats,
  workerTask,
  type ActiveQueueReply,
  type ScheduledReply,
  type StatsReply,
  type TaskReply,
} from '../support/inspect-replies.js';

/** Celery waits a whole second for a broadcast, and not for a worker that was named. */
const named = { destination: ['w1@test', 'w2@test'] };
const tenMinutes = 600;
const task = `{
  taskId name args kwargs startedAt acknowledged exchange routingKey priority redelivered workerPid
}`;

interface ByWorker<Field> {
  readonly workers: { nodes: readonly ({ readonly hostname: string } & Record<string, Field>)[] };
}

describeEachCluster('what workers say', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({
      ...on,
      workers: [
        { hostname: 'w1', queues: ['default', 'slow'], args: ['--autoscale', '2,1'] },
        { hostname: 'w2', queues: ['high'], pool: 'solo' },
      ],
    });
    gateway = await watchCluster(cluster);
    const later = { countdown: tenMinutes };
    const sleep = { name: 'demo.sleep', args: [tenMinutes] };
    const ids = await sendTasks(cluster.application, [
      ...Array.from({ length: 5 }, () => sleep),
      { name: 'demo.echo', args: ["it's", 1.5, null], kwargs: { who: 'ann' }, options: later },
      { name: 'demo.ranked', args: [6], options: { ...later, priority: 6 } },
    ]);
    await pythonOutput(cluster.application, [
      ...['-c', 'import sys; from cluster import app; app.control.revoke(sys.argv[1:])'],
      ...[ids[5] ?? '', 'no-such-task'],
    ]);
    await eventually(async () => {
      const { data } = await gateway.query(
        `{ workers(useCache: false) {
          nodes {
            activeTasks { taskId } reservedTasks { taskId } scheduledTasks { eta } revokedTaskIds
          }
        } }`,
      );
      expect(data).toMatchObject({
        workers: {
          nodes: [
            {
              activeTasks: { length: 2 },
              reservedTasks: { length: 3 },
              scheduledTasks: { length: 1 },
              revokedTaskIds: { length: 2 },
            },
            { scheduledTasks: { length: 1 }, revokedTaskIds: { length: 2 } },
          ],
        },
      });
    }, 15_000);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster.worker('w1').kill(); // it would wait for its tasks
    await cluster[Symbol.asyncDispose]();
  });

  /** The field of each worker, beside what Celery's own client prints of it. */
  async function both<Reply>(selection: string, command: string) {
    const theirs = (await celeryInspect(cluster.application, command, named)) as Record<string, Reply>;
    const { data, errors } = await gateway.query<ByWorker<unknown>>(
      `{ workers(useCache: false) { nodes { hostname field: ${selection} } } }`,
    );
    expect(errors).toBeUndefined();
    expect(Object.keys(theirs).sort()).toEqual(['w1@test', 'w2@test']);
    return (data?.workers.nodes ?? []).map(({ hostname, field }) => {
      const reply = theirs[hostname];
      if (reply === undefined) throw new Error(`${hostname} did not answer Celery`);
      return { ours: field, theirs: reply };
    });
  }

  it.each([
    ['activeTasks', 'active', 2, '[600]'], // as the sender gave them
    ['reservedTasks', 'reserved', 3, '(600,)'],
  ])('shows the tasks of %s', async (field, command, count, args) => {
    const [w1, w2] = await both<TaskReply[]>(`${field} ${task}`, command);

    expect(w1?.theirs).toHaveLength(count);
    expect(byId(w1?.ours)).toEqual(byId(w1?.theirs.map((reply) => workerTask(reply, args, '{}'))));
    expect(w2).toEqual({ ours: [], theirs: [] });
  });

  it('shows the tasks that wait for their time', async () => {
    const [w1, w2] = await both<ScheduledReply[]>(
      `scheduledTasks { eta priority request ${task} }`,
      'scheduled',
    );

    const echo = ['("it\'s", 1.5, None)', "{'who': 'ann'}"] as const;
    expect(w1?.theirs).toHaveLength(1);
    expect(w1?.ours).toEqual(w1?.theirs.map((reply) => scheduledTask(reply, ...echo)));
    expect(w2?.theirs).toHaveLength(1);
    expect(w2?.ours).toEqual(w2?.theirs.map((reply) => scheduledTask(reply, '(6,)', '{}')));
  });

  it('shows the tasks that will not be run', async () => {
    for (const { ours, theirs } of await both<string[]>('revokedTaskIds', 'revoked')) {
      expect(theirs).toContain('no-such-task');
      expect((ours as string[]).toSorted()).toEqual(theirs.toSorted());
    }
  });

  it('shows the tasks that can be run, and the settings', async () => {
    for (const { ours, theirs } of await both<string[]>('registeredTasks', 'registered')) {
      expect(theirs).toContain('demo.limited [rate_limit=30/m]');
      expect(ours).toEqual(theirs);
    }
    for (const { ours, theirs } of await both<object>('conf', 'conf')) {
      expect(theirs).toMatchObject({ task_default_queue: 'default', task_track_started: true });
      expect(ours).toEqual(theirs);
    }
  });

  it('shows the queues that are consumed', async () => {
    const [w1, w2] = await both<ActiveQueueReply[]>(
      `activeQueues {
        name exchange exchangeType routingKey durable exclusive autoDelete noAck maxPriority arguments
      }`,
      'active_queues',
    );

    expect(w1?.ours).toMatchObject([{ name: 'default' }, { name: 'slow' }]);
    expect(w1?.ours).toEqual(w1?.theirs.map(activeQueue));
    expect(w2?.ours).toMatchObject([{ name: 'high', arguments: { 'x-max-priority': 10 } }]);
    expect(w2?.ours).toEqual(w2?.theirs.map(activeQueue));
  });

  it('shows pool, limits and totals, and resources that only grow', async () => {
    const before = (await celeryInspect(cluster.application, 'stats', named)) as Record<
      string,
      StatsReply
    >;
    const { data, errors } = await gateway.query<ByWorker<StatsReply & Stats>>(statsQuery);
    const after = (await celeryInspect(cluster.application, 'stats', named)) as Record<
      string,
      StatsReply
    >;

    expect(errors).toBeUndefined();
    expect(data?.workers.nodes).toHaveLength(2);
    for (const { hostname, stats } of data?.workers.nodes ?? []) {
      const [low, high] = [before[hostname], after[hostname]];
      if (!low || !high || !stats) throw new Error(`${hostname} did not answer`);
      const { clock, uptimeSeconds, rusage, ...steady } = stats;
      expect(steady).toEqual(steadyStats(low));
      expect(clock).toBeGreaterThan(Number(low.clock));
      expect(clock).toBeLessThan(Number(high.clock));
      expect(uptimeSeconds).toBeGreaterThanOrEqual(low.uptime);
      expect(uptimeSeconds).toBeLessThanOrEqual(high.uptime);
      expect(Object.keys(rusage).sort()).toEqual(Object.keys(low.rusage).sort());
      for (const [name, used] of Object.entries(rusage)) {
        expect(used, name).toBeGreaterThanOrEqual(low.rusage[name] ?? NaN);
        expect(used, name).toBeLessThanOrEqual(high.rusage[name] ?? NaN);
      }
    }
  });
});

interface Stats {
  readonly clock: number;
  readonly uptimeSeconds: number;
  readonly rusage: Readonly<Record<string, number>>;
}

const statsQuery = `{ workers(useCache: false) { nodes { hostname stats {
  total totals { name count } pid clock uptimeSeconds prefetchCount concurrency processes
  pool {
    implementation maxConcurrency maxTasksPerChild processes putGuardedBySemaphore
    softTimeLimitSeconds timeLimitSeconds threads writes
  }
  autoscaler { current max min qty }
  broker { hostname port transport userid virtualHost }
  rusage {
    utime stime maxrss ixrss idrss isrss minflt majflt nswap inblock oublock
    msgsnd msgrcv nsignals nvcsw nivcsw
  }
} } } }`;

function byId(tasks: unknown): unknown[] {
  return (tasks as { taskId: string }[]).toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
}
