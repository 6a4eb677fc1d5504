/** What the widest query costs the broker: the same for a page of 100 tasks as for one of 5. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../support/celery.js';
import { eventPublisher } from '../support/event-publisher.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { RedisMonitor } from '../support/redis-monitor.js';
import { describeWith } from '../support/requirements.js';
import { queries } from '../support/schema-walk.js';
import { untilReady, watching } from '../support/watch.js';
import { startTestGateway } from '../support/gateway.js';

const tasks = 100;
const workers = ['w1', 'w2'];

/** Everything that can be selected of a task and of what it leads to, past the caches. */
function widest(first: number): string {
  const roots = { tasks: `first: ${first}, useCache: false` };
  const required = { name: '"celery"', names: '[]', id: '""', ids: '[]', taskId: '""', hostname: '""' };
  const [operation] = queries({ roots, required }).filter(({ name }) => name === 'tasks');
  if (operation === undefined) throw new Error('no such query');
  return operation.document;
}

describeWith(['redis', 'celery:debian'], 'the widest query', () => {
  let cluster: Cluster;
  let gateway: TestGateway;
  let monitor: RedisMonitor;

  beforeAll(async () => {
    cluster = await startCluster({ workers });
    const options = watching(cluster);
    const unlimited = ['--max-cost', '10000000', '--rate-limit', '0'];
    gateway = await startTestGateway({ ...options, args: [...(options.args ?? []), ...unlimited] });
    await untilReady(gateway);
    await using publisher = await eventPublisher(cluster);
    for (let at = 0; at < tasks; at++)
      await publisher.publish({
        type: 'task-received',
        uuid: `task-${at}`,
        name: `tasks.name${at % 10}`,
        hostname: `${workers[at % 2] ?? ''}@test`,
        root_id: `task-${at - (at % 10)}`,
        parent_id: `task-${at - (at % 10)}`,
        timestamp: Date.now() / 1_000,
      });
    await eventually(async () => {
      const { data } = await gateway.query<{ tasks: { totalCount: number } }>(
        '{ tasks { totalCount } }',
      );
      if (data?.tasks.totalCount !== tasks) throw new Error('tasks are missing');
    });
    monitor = await RedisMonitor.connect(cluster.redis.port);
  });

  afterAll(async () => {
    await monitor[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  /** Remote control requests, and other commands by their names, except those by which replies arrive. */
  async function commandsFor(
    first: number,
  ): Promise<{ rows: number; asked: string[]; others: string[] }> {
    monitor.clear();
    const { data, errors } = await gateway.query<{ tasks: { nodes: unknown[] } }>(widest(first));
    expect(errors).toBeUndefined();
    await monitor.flush();
    const own = monitor.commands.filter(({ args: [name = '', key = ''] }) => {
      const isReading = /^(?:m?get|llen|lrange|lindex|hgetall|hlen|hscan|zcard|exists|type)$/i.test(
        name,
      );
      return isReading && !key.startsWith('_kombu') && !key.endsWith('.reply.celery.pidbox');
    });
    return {
      rows: data?.tasks.nodes.length ?? 0,
      asked: monitor.broadcasts().sort(),
      others: own.map(({ args: [name = ''] }) => name.toLowerCase()).sort(),
    };
  }

  it('sends as many commands for 100 tasks as for 5', async () => {
    await commandsFor(tasks); // what is read once for each process
    const few = await commandsFor(5);
    const all = await commandsFor(tasks);
    expect([few.rows, all.rows]).toEqual([5, tasks]);
    expect(few.asked.length).toBeGreaterThan(3);
    expect(all.asked).toEqual(few.asked);
    // Regular readings of the queues may fall into either; one command for each further task would be 95.
    expect(Math.abs(all.others.length - few.others.length)).toBeLessThan(20);
  });
});
