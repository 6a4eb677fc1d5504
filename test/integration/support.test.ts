import { expect, it } from 'vitest';
import {
  celeryInspect,
  runLedger,
  sendTasks,
  startCluster,
  timeInspectStats,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { alive, descendants, type Descendant } from '../support/descendants.js';
import { startRabbitMQ } from '../support/rabbitmq.js';
import { createVhost } from '../support/rabbitmq-vhost.js';
import { startRedis } from '../support/redis.js';
import { describeEachCluster } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { connectAmqp } from '../support/connect-amqp.js';

describeWith(['redis'], 'startRedis', () => {
  it.each([undefined, 'a b"c'])(
    'serves, fails and comes back on its port (password: %s)',
    async (password) => {
      await using redis = await startRedis({ password });
      const client = redis.client();
      await client.set('key', 'value');
      const before = redis.pid;

      await redis.kill();
      await redis.restart();

      expect(redis.pid).not.toBe(before);
      expect(await client.get('key')).toBeNull();

      redis.pause();
      const answer = client.ping();
      redis.resume();
      expect(await answer).toBe('PONG');
    },
  );

  it('records each command as the client meant it', async () => {
    await using redis = await startRedis();
    const client = redis.client(2);
    await client.ping();
    const monitor = await redis.monitor();

    await client.sadd('set\x06\x16', 'naïve "x" \\ \n');
    await client.publish('channel', '{"a": "b"}');
    await monitor.flush();

    expect(monitor.commands).toMatchObject([
      { db: 2, args: ['sadd', 'set\x06\x16', 'naïve "x" \\ \n'] },
      { db: 2, args: ['publish', 'channel', '{"a": "b"}'] },
    ]);
    expect(monitor.publishes(/^chan/)).toMatchObject([{ channel: 'channel', message: '{"a": "b"}' }]);
  });
});

describeWith(['rabbitmq'], 'startRabbitMQ', () => {
  it('serves virtual hosts, fails, comes back on its port with its data, and leaves no process', async () => {
    let pids: number[];
    let helpers: Descendant[];
    {
      await using rabbitmq = await startRabbitMQ();
      const { management, port } = rabbitmq;
      await management.createVhost('a/b');
      const first = rabbitmq.pid;

      await rabbitmq.kill();
      await rabbitmq.restart();
      expect(rabbitmq.pid).not.toBe(first);
      expect(rabbitmq.url('a/b')).toBe(`amqp://guest:guest@127.0.0.1:${port}/a%2Fb`);

      const connection = await connectAmqp(rabbitmq.url('a/b'));
      const closed = new Promise((resolve) => connection.once('close', resolve));
      const channel = await connection.createChannel();
      await channel.assertExchange('celeryev', 'topic');
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'celeryev', '#');
      expect(await management.exchanges('a/b')).toMatchObject([{ name: 'celeryev', type: 'topic' }]);
      expect(await management.queues('a/b')).toMatchObject([{ name: queue, exclusive: true }]);
      expect(await management.bindings('a/b')).toMatchObject([
        { source: 'celeryev', destination: queue },
      ]);
      await eventually(async () => expect(await management.connections('a/b')).toHaveLength(1));
      expect(await management.queues()).toEqual([]);

      rabbitmq.pause();
      const answer = channel.assertExchange('other', 'fanout');
      rabbitmq.resume();
      expect(await answer).toEqual({ exchange: 'other' });

      await rabbitmq.stop();
      await closed;
      await rabbitmq.restart();
      expect(await management.queues('a/b')).toEqual([]);
      helpers = await descendants(rabbitmq.pid);
      expect(helpers.length).toBeGreaterThan(1);
      pids = [first, rabbitmq.pid];
    }
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(await alive(helpers)).toEqual([]);
  }, 120_000);
});

describeWith(['rabbitmq'], 'createVhost', () => {
  it('makes a virtual host on the shared node, which goes with its connections', async () => {
    let closed: Promise<unknown>;
    {
      await using vhost = await createVhost();
      const connection = await connectAmqp(vhost.url);
      closed = new Promise((resolve) => connection.once('close', resolve));
      await (await connection.createChannel()).assertQueue('work');
      expect(await vhost.management.queues(vhost.name)).toMatchObject([{ name: 'work' }]);
    }
    await closed;
  });
});

describeEachCluster('startCluster', (on) => {
  it('starts workers that answer Celery, and the tap sees the question', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    const { application } = cluster;
    const tap = await cluster.tap();

    const pong = { ok: 'pong' };
    expect(await celeryInspect(application, 'ping')).toEqual({ 'w1@test': pong, 'w2@test': pong });
    await tap.flush();
    expect(tap.broadcasts()).toEqual(['ping']);
    expect(tap.requests()).toMatchObject([{ method: 'ping', destination: null }]);

    // Celery cannot know how many will answer, so it waits for its whole timeout.
    const [seconds] = await timeInspectStats(application, { times: 1, timeout: 0.3 });
    expect(seconds).toBeGreaterThanOrEqual(0.3);

    expect(await tap.untilRequest('stats')).toMatchObject({ destination: null });
    tap.clear();
    expect(tap.requests()).toEqual([]);

    cluster.worker('w1').pause();
    expect(await celeryInspect(application, 'ping', { destination: ['w1@test'], timeout: 0.3 })).toEqual(
      {},
    );
  });

  it('runs what is sent to it, as the ledger and the result backend agree', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: [{ pool: 'threads', concurrency: 4 }],
    });

    const [id = 'none'] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await cluster.worker('w1').waitForLine(new RegExp(`${id}\\] succeeded in .*: 3$`));

    const ledger = await runLedger(cluster.application, { count: 40 });
    expect(ledger).toHaveLength(40);
    expect(new Set(ledger.map(({ state }) => state))).toEqual(new Set(['SUCCESS', 'FAILURE']));
  });

  it('leaves no process behind', async () => {
    const pids: number[] = [];
    {
      await using cluster = await startCluster({ ...on, workers: ['w1'] });
      const { 'w1@test': stats } = await celeryInspect(cluster.application, 'stats', {
        destination: cluster.hostnames,
      });
      const { pool } = stats as { pool: { processes: number[] } };
      pids.push(cluster.redis.pid, cluster.worker('w1').pid, ...pool.processes);
      expect(pids.map(isRunning)).toEqual([true, true, true, true]);
    }
    expect(pids.map(isRunning)).toEqual([false, false, false, false]);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
