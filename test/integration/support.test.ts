import { expect, it } from 'vitest';
import {
  celeryInspect,
  runLedger,
  sendTasks,
  startCluster,
  startWorker,
  timeInspectStats,
} from '../support/celery.js';
import { startRedis } from '../support/redis.js';
import { describeEachCelery, describeWith } from '../support/requirements.js';

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

describeEachCelery('startCluster', (version) => {
  it('starts workers that answer Celery, and the monitor sees the question', async () => {
    await using cluster = await startCluster({
      version,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    const monitor = await cluster.redis.monitor();

    const pong = { ok: 'pong' };
    expect(await celeryInspect(cluster.application, 'ping')).toEqual({
      'w1@test': pong,
      'w2@test': pong,
    });
    expect(monitor.broadcasts()).toEqual(['ping']);
    expect(monitor.requests()).toMatchObject([{ method: 'ping', destination: null }]);

    cluster.worker('w1').pause();
    const destination = ['w1@test'];
    expect(await celeryInspect(cluster.application, 'ping', { destination, timeout: 0.5 })).toEqual({});
  });

  it('leaves no process behind', async () => {
    const pids: number[] = [];
    {
      await using cluster = await startCluster({ version, workers: [] });
      await using worker = await startWorker({ ...cluster.application, concurrency: 2 });
      const { [worker.hostname]: stats } = await celeryInspect(cluster.application, 'stats');
      const { pool } = stats as { pool: { processes: number[] } };
      pids.push(cluster.redis.pid, worker.pid, ...pool.processes);
      expect(pids).toHaveLength(4);
      expect(pids.map(isRunning)).not.toContain(false);
    }
    expect(pids.map(isRunning)).not.toContain(true);
  });

  it('keeps a ledger that the result backend confirms', async () => {
    await using cluster = await startCluster({ version, workers: ['w1'] });
    const ledger = await runLedger(cluster.application, { count: 40 });
    expect(ledger).toHaveLength(40);
    expect(new Set(ledger.map((entry) => entry.state))).toEqual(new Set(['SUCCESS', 'FAILURE']));
  });

  it('times Celery asking everyone, which takes its whole timeout', async () => {
    await using cluster = await startCluster({ version, workers: [{ pool: 'threads' }] });
    const seconds = await timeInspectStats(cluster.application, { times: 2, timeout: 0.3 });
    expect(seconds).toHaveLength(2);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(0.3);
    const [id] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await cluster.worker('w1').waitForLine(new RegExp(`${id}\\] succeeded in .*: 3$`));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
