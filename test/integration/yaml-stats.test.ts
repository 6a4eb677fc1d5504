/**
 * A worker that replies in YAML cannot write its `stats`, and Celery 5.2 over Redis never listens again after the
 * attempt: the gateway does not ask it, of its own accord or for a client.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { celeryInspect, celeryVersion, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import type { TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { onlineWorkers, watchCluster } from '../support/watch.js';

const accepted = ['json', 'yaml'];
const settings = { accept_content: accepted, task_serializer: 'yaml' };

describeWith(
  ['redis', 'celery:debian', 'yaml:debian'],
  'workers of Celery 5.2 on Redis that reply in YAML',
  () => {
    let cluster: Cluster;
    let gateway: TestGateway;

    beforeAll(async () => {
      cluster = await startCluster({
        version: celeryVersion('debian'),
        workers: [{ hostname: 'w1', concurrency: 1 }],
        env: { MORE_CONF: JSON.stringify(settings) },
      });
      gateway = await watchCluster(cluster);
    });

    afterAll(async () => {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    });

    const pongs = () => celeryInspect(cluster.application, 'ping', { timeout: 5 });

    it('answer Celery after the start of the gateway', async () => {
      expect(await pongs()).toEqual({ 'w1@test': { ok: 'pong' } });
    });

    it('have null stats that say why, and answer Celery after a client has selected them', async () => {
      const { data, errors } = await gateway.query(
        '{ workers(useCache: false) { nodes { hostname unresponsive stats { pid } activeQueues { name } } } }',
      );
      const queues = expect.arrayContaining([{ name: 'default' }]) as unknown;
      expect(data).toEqual({
        workers: {
          nodes: [{ hostname: 'w1@test', unresponsive: false, stats: null, activeQueues: queues }],
        },
      });
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('its replies are YAML') as string,
          extensions: { code: 'COMMAND_REJECTED' },
        },
      ]);
      expect((await gateway.fetch('/metrics')).status).toBe(200);
      expect(await pongs()).toEqual({ 'w1@test': { ok: 'pong' } });
    });

    it('answer Celery after they have come later than the gateway, and after a control', async () => {
      await cluster.startWorker({ hostname: 'w2', concurrency: 1 });
      await eventually(async () => {
        expect(await onlineWorkers(gateway)).toEqual(['w1@test', 'w2@test']);
      }, 20_000);
      await gateway.query('mutation { growPool(n: 1) { replies { ok } errors { code } } }');
      expect(await pongs()).toEqual({ 'w1@test': { ok: 'pong' }, 'w2@test': { ok: 'pong' } });
    });
  },
);
