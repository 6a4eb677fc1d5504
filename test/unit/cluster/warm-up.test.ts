import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { Celery } from '../../../src/celery/celery.js';
import { BrokerUnavailableError } from '../../../src/errors.js';
import { startEmbeddedCluster } from '../../../src/demo/cluster.js';
import { Disposal } from '../../../src/disposal.js';
import { WarmUp } from '../../../src/cluster/warm-up.js';
import type { WarmUpOptions } from '../../../src/cluster/warm-up.js';
import { warmUpNames } from '../../../src/cluster/warm-up-names.js';
import { silentLogger } from '../../../src/log.js';
import { eventually } from '../../support/eventually.js';

let opened: Disposal;
let celery: Celery;
let caches: CacheRegistry;
const clock = { now: 0 };

beforeEach(() => {
  opened = new Disposal();
  const log = silentLogger;
  const { transport, results } = opened.own(startEmbeddedCluster({ log, seed: 1 }));
  const limits = { inspectTimeout: 1_000, queues: [], maxTasks: 1_000, maxTaskBytes: 1e7 };
  celery = opened.own(new Celery({ transport, results, log, ...limits }));
  caches = opened.own(new CacheRegistry({}));
  clock.now = 0;
});
afterEach(() => opened[Symbol.asyncDispose]());

function listen(options: Partial<WarmUpOptions> = {}): WarmUp {
  const warmUp = new WarmUp({
    ...{ celery, caches, resultLoader: null, log: silentLogger },
    ...{ names: warmUpNames, timeout: 10_000, jitter: 0, pauses: [1] },
    clock: () => clock.now,
    ...options,
  });
  warmUp.start();
  return opened.own(warmUp);
}

/** When the workers have reported their tasks. */
const untilSynced = () => new Promise<void>((resolve) => void celery.onSynced(resolve));

async function warm(options: Partial<WarmUpOptions> = {}): Promise<WarmUp> {
  const warmUp = listen(options);
  celery.start();
  await eventually(() => expect(warmUp.state).toBe('WARM'));
  return warmUp;
}

const sizes = () =>
  Object.fromEntries(caches.report().caches.map(({ name, size }) => [name, size] as const));

it('loads all that is named, when the workers have reported what they have', async () => {
  const warmUp = listen();
  expect(warmUp.state).toBe('WAITING');
  celery.start();
  await eventually(() => expect(warmUp.state).toBe('WARM'));
  expect(celery.isSynced).toBe(true);
  expect(sizes()).toEqual({
    task_status: 6,
    worker_status: 3,
    queue_status: 2,
    metrics_summary: 5,
    health_check: 1,
  });
  expect(warmUp.report().loads.map(({ name, status }) => [name, status])).toEqual(
    warmUpNames.map((name) => [name, 'LOADED']),
  );
});

it('loads nothing else', async () => {
  const warmUp = await warm({ names: ['queues'] });
  expect(sizes()).toEqual({
    ...{ task_status: 0, worker_status: 0, metrics_summary: 0, health_check: 0 },
    queue_status: 2,
  });
  expect(warmUp.report().loads).toMatchObject([{ name: 'queues', status: 'LOADED', error: null }]);
});

it('is off when nothing is named', async () => {
  const warmUp = listen({ names: [] });
  const synced = untilSynced();
  celery.start();
  await synced;
  expect(warmUp.report()).toMatchObject({ state: 'OFF', loads: [] });
  expect(caches.report().summary.totalRequests).toBe(0);
});

it('asks all workers in one broadcast for each command, and for none that can break them', async () => {
  const published = vi.spyOn(celery.transport, 'publishRequest');
  const methods = () =>
    published.mock.calls.flatMap(([{ method, destination }]) => (destination === null ? [method] : []));
  let before = 0;
  celery.onSynced(() => (before = methods().length));
  await warm();
  expect(methods().slice(before).sort()).toEqual(['active', 'active_queues', 'registered', 'stats']);
});

/** For the list itself, and for the figures. */
const perRound = 2;

it('tries again while the broker does not answer', async () => {
  const failing = vi
    .spyOn(celery.queues, 'all')
    .mockRejectedValueOnce(new BrokerUnavailableError('host'))
    .mockRejectedValueOnce(new BrokerUnavailableError('host'));
  await warm();
  expect(failing).toHaveBeenCalledTimes(2 * perRound);
});

it('does not wait for what this user of the broker may not ask, reports that, and loads all else', async () => {
  const refused = vi.spyOn(celery.queues, 'all').mockRejectedValue(new Error('NOPERM: user hunter3'));
  const warmUp = await warm();
  expect(refused).toHaveBeenCalledTimes(perRound);
  const failed = warmUp.report().loads.filter(({ status }) => status === 'FAILED');
  expect(failed.map(({ name, error }) => [name, error])).toEqual([
    ['queues', 'INTERNAL_SERVER_ERROR'],
    ['metrics_summary', 'INTERNAL_SERVER_ERROR'],
  ]);
  expect(JSON.stringify(warmUp.report())).not.toContain('hunter3');
  expect(sizes()).toMatchObject({ task_status: 6, worker_status: 3, health_check: 1 });
});

describe('the deadline', () => {
  it('has passed when nothing could be loaded by then, and not before', () => {
    const warmUp = listen({ timeout: 2_000 });
    clock.now = 1_999;
    expect(warmUp.state).toBe('WAITING');
    clock.now = 2_000;
    expect(warmUp.report()).toMatchObject({ state: 'LATE', finishedAt: null, deadlineSeconds: 2 });
  });

  it('ends the waiting and not the loading', async () => {
    const warmUp = listen({ timeout: 2_000 });
    clock.now = 2_000;
    expect(warmUp.state).toBe('LATE');
    celery.start();
    await eventually(() => expect(warmUp.state).toBe('WARM'));
  });

  it('leaves to their readers what was loaded, and tries the rest again alone', async () => {
    const queues = vi.spyOn(celery.queues, 'all').mockRejectedValue(new BrokerUnavailableError('host'));
    const published = vi.spyOn(celery.transport, 'publishRequest');
    const asked = () => published.mock.calls.filter(([{ method }]) => method === 'registered').length;
    listen({ names: ['queues', 'task_types'] });
    celery.start();
    await eventually(() => expect(asked()).toBeGreaterThan(1)); // all of it, as long as readiness waits

    clock.now = 10_000;
    const before = queues.mock.calls.length;
    await eventually(() => expect(queues.mock.calls.length).toBeGreaterThan(before + 2));
    const late = asked();
    await eventually(() => expect(queues.mock.calls.length).toBeGreaterThan(before + 10));
    expect(asked()).toBe(late);
  });

  it('passes also while a load hangs, and says which', async () => {
    vi.spyOn(celery.queues, 'all').mockReturnValue(new Promise(() => undefined));
    const warmUp = listen({ names: ['queues', 'health'] });
    celery.start();
    await eventually(() =>
      expect(warmUp.report().loads).toMatchObject([{ status: 'LOADING' }, { status: 'LOADED' }]),
    );
    expect(warmUp.state).toBe('LOADING');
    clock.now = 10_000;
    expect(warmUp.state).toBe('LATE');
  });
});

describe('the jitter', () => {
  it('is a random part of what it may be', async () => {
    await warm({ jitter: 60_000, random: () => 0 });
  });

  it('is waited for after the workers have reported', async () => {
    const warmUp = listen({ jitter: 60_000, random: () => 1 });
    const synced = untilSynced();
    celery.start();
    await synced;
    expect(warmUp.report()).toMatchObject({ state: 'WAITING', jitterSeconds: 60 });
    expect(caches.report().summary.totalRequests).toBe(0);
  });
});
