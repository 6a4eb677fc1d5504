/** With a TTL of a minute, what happens in a real cluster shows within seconds, and only there. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeOneCelery } from '../support/matrix.js';
import { untilReady } from '../support/watch.js';

const caches = ['task-status', 'worker-status', 'queue-status'];
const minute = caches.flatMap((name) => [`--cache-${name}-ttl`, '60']);
const pushed = caches.flatMap((name) => [`--cache-${name}-push-invalidation`, 'true']);

interface Answer {
  readonly succeeded: number;
  readonly waiting: number | undefined;
  readonly status: string | undefined;
  /** Cache status of a page that has none of these tasks. */
  readonly quiet: string | undefined;
}

async function ask(gateway: TestGateway, hostname: string): Promise<Answer> {
  const quiet = await gateway.query(
    '{ tasks(filter: { names: ["no.such.task"] }, first: 1) { totalCount } }',
  );
  const { data } = await gateway.query<{
    tasks: { totalCount: number };
    queue: { messages: number } | null;
    worker: { status: string } | null;
  }>(
    `query Answer($hostname: ID!) {
      tasks(filter: { states: ["SUCCESS"], names: ["demo.add"] }, first: 1) { totalCount }
      queue(name: "slow") { messages }
      worker(hostname: $hostname) { status }
    }`,
    { hostname },
  );
  return {
    succeeded: data?.tasks.totalCount ?? -1,
    waiting: data?.queue?.messages,
    status: data?.worker?.status,
    quiet: quiet.extensions?.cache?.status,
  };
}

describeOneCelery('push invalidation', (version) => {
  it('shows a task that ended, a queue that fills and a worker that went, and keeps the rest', async () => {
    await using cluster = await startCluster({
      version,
      workers: [{ hostname: 'w1', queues: ['default'] }],
    });
    const hostname = cluster.hostnames[0] ?? '';
    const broker = cluster.broker;
    await using fresh = await startTestGateway({ broker, args: [...minute, ...pushed] });
    await using old = await startTestGateway({ broker, args: minute });
    await Promise.all([untilReady(fresh), untilReady(old)]);
    await eventually(async () => expect((await ask(fresh, hostname)).status).toBe('ONLINE'));
    await eventually(async () => expect((await ask(fresh, hostname)).quiet).toBe('HIT'));
    const before = await ask(old, hostname);

    await sendTasks(cluster.application, [
      { name: 'demo.add', args: [1, 2] },
      { name: 'demo.add', args: [1, 2], options: { queue: 'slow' } },
    ]);
    await eventually(async () => {
      expect(await ask(fresh, hostname)).toMatchObject({ succeeded: 1, waiting: 1, quiet: 'HIT' });
    }, 10_000);

    await cluster.workers[0]?.stop();
    await eventually(
      async () => expect(await ask(fresh, hostname)).toMatchObject({ status: 'OFFLINE', quiet: 'HIT' }),
      10_000, // a sixth of the TTL
    );
    expect(await ask(old, hostname)).toEqual({ ...before, quiet: 'HIT' });
  }, 60_000);
});
