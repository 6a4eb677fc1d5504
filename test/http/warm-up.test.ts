/** A gateway that says that it is ready has what everybody asks for first. */
import { print } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GatewayDocument,
  HealthDocument,
  MetricsSummaryDocument,
  QueuesDocument,
  TasksDocument,
  TaskStatusDocument,
  TaskTypesDocument,
  WorkersStatusDocument,
} from '../../src/generated/operations.js';
import { graphiqlTabs } from '../../src/http/routes/graphiql-tabs.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/watch.js';

describe('the first query after readiness', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startTestGateway();
    await untilReady(gateway);
  });
  afterEach(() => gateway[Symbol.asyncDispose]());

  it.each([
    ['taskStatus', print(TaskStatusDocument)],
    ['workers', print(WorkersStatusDocument)],
    ['workers with their statistics', '{ workers { nodes { hostname stats { pid concurrency } } } }'],
    ['queues', print(QueuesDocument)],
    ['metricsSummary', print(MetricsSummaryDocument)],
    ['health', print(HealthDocument)],
    ['taskTypes', print(TaskTypesDocument)],
    ['tasks', print(TasksDocument)],
    ['tasks that are not counted', '{ tasks { nodes { taskId } } }'],
    ["what GraphiQL's first tab begins with", graphiqlTabs[0] ?? ''],
  ])('is a HIT: %s', async (_name, query) => {
    const { errors, headers, extensions } = await gateway.query(query);
    expect(errors).toBeUndefined();
    const missed = extensions?.cache?.entries.filter(({ status }) => status === 'MISS');
    expect(missed).toEqual([]);
    expect(headers.get('x-cache')).toBe('HIT');
  });

  it('asks the workers for what can break them: taskStatus', async () => {
    const variables = { reserved: true, scheduled: true };
    const { errors, extensions } = await gateway.execute(TaskStatusDocument, variables);
    expect(errors).toBeUndefined();
    const missed = extensions?.cache?.entries.filter(({ status }) => status === 'MISS');
    expect(missed?.map(({ path }) => path).sort()).toEqual([
      'taskStatus.reserved',
      'taskStatus.scheduled',
    ]);
  });

  it.each(['/tasks/status', '/workers/status', '/queues/status', '/metrics/summary', '/health'])(
    'is a HIT: GET /api/v1/celery%s',
    async (path) => {
      const { status, headers } = await gateway.fetch(`/api/v1/celery${path}`);
      expect([status, headers.get('x-cache')]).toEqual([200, 'HIT']);
    },
  );

  it('reports what was loaded', async () => {
    const { data } = await gateway.execute(GatewayDocument);
    const { warmUp } = data?.gateway ?? {};
    expect(warmUp).toMatchObject({ state: 'WARM', deadlineSeconds: 10, jitterSeconds: 0 });
    expect(warmUp?.finishedAt).toEqual(expect.any(String));
    expect(warmUp?.loads.map(({ name, status, error }) => [name, status, error])).toEqual([
      ['workers', 'LOADED', null],
      ['worker_stats', 'LOADED', null],
      ['queues', 'LOADED', null],
      ['metrics_summary', 'LOADED', null],
      ['health', 'LOADED', null],
      ['task_status', 'LOADED', null],
      ['task_types', 'LOADED', null],
      ['tasks', 'LOADED', null],
    ]);
  });
});

describe('readiness', () => {
  const caches = async (gateway: TestGateway) => {
    const response = await gateway.fetch('/health/ready');
    const { checks } = (await response.json()) as { checks: { name: string; status: string }[] };
    return checks.find(({ name }) => name === 'caches');
  };

  it('waits for the caches no longer than until the deadline, though the broker is away', async () => {
    const broker = `redis://127.0.0.1:${await freePort()}/0`;
    const started = performance.now();
    await using gateway = await startTestGateway({ broker, args: ['--warm-up-timeout', '0.6'] });
    expect(await caches(gateway)).toMatchObject({ status: 'failed', message: 'not warm yet' });
    const late = await eventually(async () => {
      const check = await caches(gateway);
      expect(check?.status).toBe('ok');
      return check;
    });
    expect(performance.now() - started).toBeGreaterThan(590);
    expect(late).toEqual({
      name: 'caches',
      status: 'ok',
      message: 'not warm, and no longer waited for: the deadline has passed',
    });
    const { data } = await gateway.execute(GatewayDocument);
    expect(data?.gateway?.warmUp).toMatchObject({ state: 'LATE', finishedAt: null });
  });

  it('does not wait where nothing is to be loaded', async () => {
    await using gateway = await startTestGateway({ args: ['--warm-up', 'none'] });
    expect(await caches(gateway)).toMatchObject({ status: 'ok', message: 'not warmed: warm-up is off' });
    await untilReady(gateway);
    const { headers } = await gateway.query('{ workers { nodes { hostname } } }');
    expect(headers.get('x-cache')).toBe('MISS');
  });
});
