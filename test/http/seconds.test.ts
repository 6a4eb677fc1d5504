/** Durations, as an operator reads them. */
import { expect, it } from 'vitest';
import { parseEvents } from '../../src/celery/events/event.js';
import { Buckets } from '../../src/prometheus/buckets.js';
import { Scrape } from '../../src/prometheus/exposition.js';
import { roundSeconds } from '../../src/seconds.js';
import { startTestServer } from './test-server.js';

it.each([
  [0.9900000000000001, 0.99],
  [0.1 + 0.2, 0.3],
  [0.0000012, 0.000001],
  [1_234_567.1234567, 1_234_567.123457],
  [0, 0],
])('%d s is shown as %d', (measured, shown) => {
  expect(roundSeconds(measured)).toBe(shown);
});

it('rounds every duration of an answer to microseconds', async () => {
  await using server = await startTestServer();
  const { celery } = server.services;
  const common = { hostname: 'w1@h', name: 'odd.duration', timestamp: Date.now() / 1000 };
  const ended = { ...common, type: 'task-succeeded', uuid: 'odd', result: '1' };
  for (const one of parseEvents({ ...ended, runtime: 0.1 + 0.2 }).events)
    celery.state.apply(one, Date.now());
  const { data } = await server.query(
    `{ task(taskId: "odd") { runtimeSeconds }
       taskTypes(windowSeconds: 60, filter: { names: ["odd.duration"] }) { nodes {
         runtime { avgSeconds p50Seconds p95Seconds p99Seconds maxSeconds } } }
       gateway { uptimeSeconds } metricsSummary { observedSeconds } }`,
  );
  const numbers = JSON.stringify(data).match(/[\d.]+/g) ?? [];
  expect(numbers.filter((text) => /\.\d{7}/.test(text))).toEqual([]);
  expect(data).toMatchObject({
    task: { runtimeSeconds: 0.3 },
    taskTypes: { nodes: [{ runtime: { avgSeconds: 0.3, maxSeconds: 0.3 } }] },
  });
});

it('rounds the durations of a scrape', async () => {
  const scrape = new Scrape();
  const buckets = new Buckets([1]);
  for (const seconds of [0.1, 0.2]) buckets.observe(seconds);
  scrape.addHistogram('task_runtime_seconds', { cluster: 'c', name: 'a', queue: null }, buckets);
  scrape.add('metrics_source_age_seconds', { cluster: 'c', source: 's' }, 0.9900000000000001);
  const text = await scrape.text('text');
  expect(text).toContain('celeryql_task_runtime_seconds_sum{cluster="c",name="a"} 0.3\n');
  expect(text).toContain('celeryql_metrics_source_age_seconds{cluster="c",source="s"} 0.99\n');
});
