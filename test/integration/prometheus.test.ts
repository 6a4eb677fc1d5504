/** `/metrics` of real workers: what it says of them, and how seldom it troubles them. */
import { expect, it } from 'vitest';
import { sendTasks, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { describeEachBroker } from '../support/matrix.js';
import { scrape } from '../support/scrape.js';
import { watchCluster } from '../support/watch.js';

const forMinutes = ['worker-status', 'queue-status'].flatMap((cache) => [`--cache-${cache}-ttl`, '600']);

describeEachBroker('/metrics', (on) => {
  it('has series of each worker, task and queue, and distinguishes a killed worker from one that said goodbye', async () => {
    await using cluster = await startCluster({
      ...on,
      workers: [
        { hostname: 'w1', queues: ['default'], concurrency: 3 },
        { hostname: 'w2', queues: ['slow'], pool: 'threads' },
        { hostname: 'w3', queues: ['default'], pool: 'solo' },
      ],
    });
    // No worker consumes `high`, and RabbitMQ lists it only through the management API.
    await using gateway = await watchCluster(cluster, { args: ['--queues', 'high'] });
    await sendTasks(cluster.application, [
      { name: 'demo.add', args: [1, 2] },
      { name: 'demo.add', args: [3, 4] },
      { name: 'demo.fail' },
      { name: 'demo.sleep', args: [600], options: { queue: 'slow' } },
      { name: 'demo.add', args: [5, 6], options: { queue: 'high', priority: 3 } },
    ]);

    await eventually(async () => {
      const { values } = await scrape(gateway);
      // A worker may report a task before its client has reported the queue.
      const inQueue = { name: 'demo.add', queue: 'default', state: 'RECEIVED' };
      expect(values('tasks_total', inQueue)).toEqual([2]);
      expect(sum(values('tasks_total', { name: 'demo.add', state: 'SUCCESS' }))).toBe(2);
      expect(sum(values('tasks_total', { name: 'demo.fail', state: 'FAILURE' }))).toBe(1);
      expect(sum(values('task_runtime_seconds_count', { name: 'demo.add' }))).toBe(2);
      expect(sum(values('task_queue_wait_seconds_count', { name: 'demo.sleep' }))).toBe(1);
      expect(values('queue_messages', { queue: 'high' })).toEqual([1]);
      expect(values('queue_orphaned', { queue: 'high' })).toEqual([1]);
      expect(values('queue_orphaned', { queue: 'default' })).toEqual([0]);
      expect(values('queue_consumers', { queue: 'default' })).toEqual([2]);
      for (const [hostname, slots] of [
        ['w1@test', 3],
        ['w2@test', 2],
        ['w3@test', 1],
      ] as const) {
        expect(values('worker_up', { hostname })).toEqual([1]);
        expect(values('worker_slots', { hostname })).toEqual([slots]);
      }
      expect(values('worker_active_tasks', { hostname: 'w2@test' })).toEqual([1]);
    }, 15_000);

    await cluster.worker('w3').stop();
    await cluster.worker('w2').kill();
    const killed = performance.now();
    await eventually(async () => {
      const { values } = await scrape(gateway);
      expect(values('worker_up', { hostname: 'w2@test' })).toEqual([0]);
    }, 10_000);
    expect(performance.now() - killed).toBeLessThan(10_000);

    await eventually(async () => {
      const { samples, values } = await scrape(gateway);
      expect(values('worker_up', { hostname: 'w1@test' })).toEqual([1]);
      expect(samples.filter(({ labels }) => labels['hostname'] === 'w3@test')).toEqual([]);
      expect(values('workers', { status: 'OFFLINE' })).toEqual([2]);
      expect(values('orphaned_tasks')).toEqual([1]);
    });
  });

  it('sends one broadcast per command and TTL, however often it is scraped', async () => {
    await using cluster = await startCluster({ ...on, workers: ['w1'] });
    await using gateway = await watchCluster(cluster, { args: forMinutes });
    const tap = await cluster.tap();

    for (let round = 0; round < 100; round++) await scrape(gateway);
    const { values } = await scrape(gateway);
    await tap.flush();

    const asked = tap.broadcasts().sort();
    // RabbitMQ counts consumers itself.
    expect(asked).toEqual(on.broker === 'redis' ? ['active_queues', 'stats'] : ['stats']);
    const misses = values('cache_scrape_reads_total', { cache: 'worker_status', result: 'miss' });
    const hits = values('cache_scrape_reads_total', { cache: 'worker_status', result: 'hit' });
    expect([misses, hits]).toEqual([[1], [100]]);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
