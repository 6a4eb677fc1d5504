import { expect, it } from 'vitest';
import {
  celeryInspect,
  runLedger,
  sendTasks,
  startCluster,
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
    const { application } = cluster;
    const monitor = await cluster.redis.monitor();

    const pong = { ok: 'pong' };
    expect(await celeryInspect(application, 'ping')).toEqual({ 'w1@test': pong, 'w2@test': pong });
    expect(monitor.broadcasts()).toEqual(['ping']);
    expect(monitor.requests()).toMatchObject([{ method: 'ping', destination: null }]);

    // Celery cannot know how many will answer, so it waits for its whole timeout.
    const [seconds] = await timeInspectStats(application, { times: 1, timeout: 0.3 });
    expect(seconds).toBeGreaterThanOrEqual(0.3);

    cluster.worker('w1').pause();
    expect(await celeryInspect(application, 'ping', { destination: ['w1@test'], timeout: 0.3 })).toEqual(
      {},
    );
  });

  it('runs what is sent to it, as the ledger and the result backend agree', async () => {
    await using cluster = await startCluster({
      version,
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
      await using cluster = await startCluster({ version, workers: ['w1'] });
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
