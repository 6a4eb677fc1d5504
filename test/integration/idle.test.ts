/** What a gateway does while no client asks it anything: the built command, in a process of its own. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { FakeWorker } from '../support/fake-worker.js';
import { launchGateway } from '../support/gateway-process.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requirements.js';

/** How often its main thread has slept and was woken, as Linux counts it. */
async function wakeUps(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
}

describeWith(['redis'], 'a gateway without readers', () => {
  it.runIf(process.platform === 'linux')('sleeps most of the time', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    await delay(2_000); // the start is over
    const [before, startedAt] = [await wakeUps(gateway.child.pid), performance.now()];
    await delay(6_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    const rate = ((await wakeUps(gateway.child.pid)) - before) / seconds;
    expect(rate).toBeGreaterThan(1); // it was measured
    expect(rate).toBeLessThan(50); // a timer of 10 ms alone makes a hundred
  });

  it('looks for replies of workers no longer when all have come', async () => {
    await using redis = await startRedis();
    await using gateway = await launchGateway(redis.url());
    const worker = new FakeWorker({ redis, hostname: 'w1@idle' });
    await worker.start();
    await worker.beat();
    const ask = () =>
      gateway.query<{ workers: { nodes: unknown[] } }>(
        '{ workers(useCache: false) { nodes { hostname stats { concurrency } } } }',
      );
    const answer = { workers: { nodes: [{ hostname: 'w1@idle', stats: { concurrency: 2 } }] } };
    await eventually(async () => expect(await ask()).toEqual(answer), 20_000);
    await delay(2_000); // what it asks a newcomer is answered
    const monitor = await redis.monitor();
    expect(await ask()).toEqual(answer);
    await delay(1_500);
    await monitor.flush();
    const looks = monitor.commands.filter(({ args }) => args[0]?.toLowerCase() === 'lrange');
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThan(20); // one every 20 ms would be 75
  });
});
