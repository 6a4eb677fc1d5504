/** `/metrics` waits for no silent worker or broker, reports when the shared cache is away, and keeps its bound on series. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import { taskEvent } from '../support/event-messages.js';
import { eventPublisher } from '../support/event-publisher.js';
import { eventually } from '../support/eventually.js';
import { describeOneCelery } from '../support/matrix.js';
import { scrape } from '../support/scrape.js';
import { describeWith } from '../support/requirements.js';
import { startRedis } from '../support/redis.js';
import { startTestGateway } from '../support/gateway.js';
import { watchCluster } from '../support/watch.js';

describeOneCelery('/metrics (Redis)', (version) => {
  it('waits neither for a silent worker nor for a broker that is away', async () => {
    await using cluster = await startCluster({ version, workers: ['w1', 'w2'] });
    await using gateway = await watchCluster(cluster, {
      args: ['--inspect-timeout', '5', '--cache-worker-status-ttl', '0.001'],
    });
    await eventually(async () => {
      expect((await scrape(gateway)).values('worker_slots')).toEqual([2, 2]);
    });

    cluster.worker('w2').pause();
    const late = await scrape(gateway);
    expect(late.values('metrics_source_up', { source: 'worker_stats' })).toEqual([0]);
    expect(late.values('worker_slots')).toEqual([2, 2]); // as they were last reported
    expect(late.milliseconds).toBeLessThan(300);
    cluster.worker('w2').resume();
    await eventually(async () => {
      const { values } = await scrape(gateway);
      expect(values('metrics_source_up', { source: 'worker_stats' })).toEqual([1]);
    }, 10_000);

    cluster.redis.pause();
    const paused = await scrape(gateway);
    expect(paused.milliseconds).toBeLessThan(700);
    cluster.redis.resume();

    await cluster.redis.kill();
    await eventually(async () => {
      const away = await scrape(gateway);
      expect(away.values('broker_connected')).toEqual([0]);
      expect(away.milliseconds).toBeLessThan(300);
      expect(away.values('worker_up')).toEqual([]); // unknown
      expect(away.values('queue_messages')).toEqual([]);
      expect(away.values('events_received_total')[0]).toBeGreaterThan(0);
    });
    await cluster.redis.restart();
    await eventually(async () => {
      const { values } = await scrape(gateway);
      expect(values('broker_connected')).toEqual([1]);
      expect(values('broker_reconnects_total')).toEqual([1]);
      expect(values('worker_up')).toEqual([1, 1]);
    }, 30_000);
  });

  it('keeps its bounds while 200 workers and 1,000 names of tasks come and go', async () => {
    await using cluster = await startCluster({ version, workers: ['w1'] });
    await using gateway = await watchCluster(cluster, {
      args: ['--metrics-max-workers', '50', '--metrics-max-tasks', '20', '--metrics-max-queues', '3'],
    });
    await using publisher = await eventPublisher(cluster);
    const ofWorker = (hostname: string, type: string) =>
      publisher.publish({ ...taskEvent('unused'), type, hostname, freq: 60, active: 1, processed: 2 });

    const most = { workers: 0, tasks: 0, queues: 0 };
    const look = async () => {
      const { values } = await scrape(gateway);
      most.workers = Math.max(most.workers, values('worker_up').length);
      most.tasks = Math.max(most.tasks, values('task_runtime_seconds_count').length);
      most.queues = Math.max(most.queues, values('queue_messages').length);
      return values;
    };
    for (let at = 0; at < 200; at++) {
      await ofWorker(`pod-${at}@host`, 'worker-heartbeat');
      for (let n = 0; n < 5; n++) {
        const name = `made.up_${at}_${n}`;
        await publisher.publish(taskEvent(name, { type: 'task-received', name, hostname: 'w1@test' }));
      }
      if (at % 20 === 0) await look();
    }
    await eventually(async () => {
      const values = await look();
      expect(values('workers', { status: 'ONLINE' })).toEqual([201]);
      expect(values('metrics_dropped_series', { of: 'workers' })).toEqual([151]);
      expect(values('metrics_dropped_series', { of: 'tasks' })).toEqual([980]);
      expect(values('tasks_total', { name: 'OTHER', state: 'RECEIVED' })).toEqual([980]);
    });
    for (let at = 0; at < 200; at++) await ofWorker(`pod-${at}@host`, 'worker-offline');
    await eventually(async () => {
      const values = await look();
      expect(values('worker_up')).toEqual([1]);
      expect(values('worker_up', { hostname: 'w1@test' })).toEqual([1]);
      expect(values('metrics_dropped_series', { of: 'workers' })).toEqual([0]);
    });

    expect(most).toEqual({ workers: 50, tasks: 21, queues: 3 });
  });
});

describeWith(['redis'], '/metrics of a gateway that shares its caches', () => {
  it('has all that the dashboard asks for, and reports when the shared cache is away', async () => {
    await using broker = await startRedis();
    await using redis = await startRedis();
    const args = ['--cache-redis-url', redis.url()];
    await using gateway = await startTestGateway({ broker: broker.url(), args });
    await eventually(async () => {
      const { values } = await scrape(gateway);
      expect(values('shared_cache_up', { cluster: 'default' })).toEqual([1]);
      expect(values('shared_cache_listening')).toEqual([1]);
    });

    const dashboard = readFileSync(new URL('../../dashboard/grafana.json', import.meta.url), 'utf8');
    const asked = [...dashboard.matchAll(/celeryql_(shared_cache_\w+)/g)].map(([, name = '']) => name);
    const { values } = await scrape(gateway);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => values(name).length !== 1)).toEqual([]);

    await redis.kill();
    await eventually(async () => {
      await gateway.query('{ workers { nodes { hostname } } }');
      const away = await scrape(gateway);
      expect(away.values('shared_cache_up')).toEqual([0]);
      expect(away.milliseconds).toBeLessThan(300);
    });
  });
});
