/** Whatever is published on the event channel, the next good event is read and the answers go on. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { envelope, eventChannel, oddMessages, taskEvent } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeEachCelery } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

interface Counters {
  readonly malformed: number;
  readonly dropped: number;
}

async function counters(gateway: TestGateway): Promise<Counters> {
  const { data } = await gateway.query<{ gateway: { events: Counters } }>(
    '{ gateway { events { malformed dropped } } }',
  );
  if (!data) throw new Error('there is no answer');
  return data.gateway.events;
}

const stateOf = (gateway: TestGateway, id: string) =>
  gateway.query(`{ task(taskId: "${id}", useCache: false) { taskId state } }`);

describeEachCelery('odd messages on the event channel', (version) => {
  it('are skipped one by one and counted, and the good event behind each is read', async () => {
    await using cluster = await startCluster({ version, workers: [{ pool: 'solo' }] });
    await using gateway = await watchCluster(cluster);
    const redis = cluster.redis.client();

    let malformed = 0;
    for (const [name, message, count] of oddMessages) {
      const good = `good-${name.replaceAll(' ', '-')}`;
      expect(await redis.publish(eventChannel, message)).toBe(1);
      await redis.publish(eventChannel, envelope(JSON.stringify(taskEvent(good))));

      malformed += count;
      await eventually(async () =>
        expect((await stateOf(gateway, good)).data, name).toEqual({
          task: { taskId: good, state: 'STARTED' },
        }),
      );
      expect(await counters(gateway), name).toEqual({ malformed, dropped: 0 });
    }
    expect(oddMessages).toHaveLength(26);
    expect(malformed).toBe(21);

    // What was odd and yet an event was taken in, without what was odd about it.
    expect((await stateOf(gateway, 'batched')).data).toEqual({
      task: { taskId: 'batched', state: 'STARTED' },
    });
    expect((await stateOf(gateway, 'custom')).data).toEqual({
      task: { taskId: 'custom', state: 'FOO' },
    });
    expect((await stateOf(gateway, 'unknown-fields')).data).toEqual({
      task: { taskId: 'unknown-fields', state: 'STARTED' },
    });
    expect((await stateOf(gateway, 'bad')).data).toEqual({ task: null });

    // The heartbeat that the gateway asked for at first had another frequency, and no counts.
    await eventually(async () => {
      const { data, errors } = await gateway.query(
        '{ workers(useCache: false) { nodes { hostname status activeCount loadAverage clock freqSeconds } } }',
      );
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({
        workers: {
          nodes: [
            { hostname: 'bad@test', status: 'ONLINE' },
            { hostname: 'odd@test', activeCount: null, loadAverage: null, freqSeconds: null },
            { hostname: 'w1@test', status: 'ONLINE', activeCount: 0, freqSeconds: 2 },
          ],
        },
      });
    });
    expect((await gateway.fetch('/api/v1/celery/workers/status')).status).toBe(200);

    // The real stream goes on beside all that.
    const [id = ''] = await sendTasks(cluster.application, [{ name: 'demo.add', args: [1, 2] }]);
    await eventually(async () =>
      expect((await stateOf(gateway, id)).data).toEqual({ task: { taskId: id, state: 'SUCCESS' } }),
    );
    expect(await counters(gateway)).toEqual({ malformed, dropped: 0 });
  });
});
