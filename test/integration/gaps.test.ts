/** A broker that goes away leaves a gap in the event stream: it is reported, and filled. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { describeOneCelery } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

describeOneCelery('an outage of the broker', (version) => {
  it('is a gap that is open meanwhile and filled afterwards, and the task that ran through it goes on', async () => {
    await using cluster = await startCluster({ version, workers: ['w1'] });
    await using gateway = await watchCluster(cluster);
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [600] }]);
    const task = `task(taskId: "${id}", useCache: false) { state orphaned }`;
    const running = { task: { state: 'STARTED', orphaned: false } };
    await eventually(async () => expect((await gateway.query(`{ ${task} }`)).data).toEqual(running));
    const gaps = async () => {
      const { data } = await gateway.query<{ gateway: { events: { gaps: unknown[] } } }>(
        '{ gateway { events { gaps { from to reason filledAt } } } }',
      );
      return data?.gateway.events.gaps;
    };
    const time = expect.any(String) as string;
    const start = { from: null, to: time, reason: time, filledAt: time };
    await eventually(async () => expect(await gaps()).toEqual([start]));

    await cluster.redis.kill();
    await eventually(async () =>
      expect(await gaps()).toEqual([{ from: time, to: null, reason: time, filledAt: null }, start]),
    );

    await cluster.redis.restart();
    await eventually(async () => expect(await gaps()).toEqual([{ ...start, from: time }, start]), 5_000);
    const { data } = await gateway.query<{ health: { checks: { name: string; message: string }[] } }>(
      '{ health(useCache: false) { checks { name message } } }',
    );
    const stream = data?.health.checks.find(({ name }) => name === 'event_stream');
    expect(stream?.message).toMatch(/events were missed from \S+Z to \S+Z \(.+\), filled with/);
    expect((await gateway.query(`{ ${task} }`)).data).toEqual(running);
    await cluster.worker('w1').kill(); // it would wait for its task
  });
});
