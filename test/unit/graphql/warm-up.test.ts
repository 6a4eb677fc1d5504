import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { Celery } from '../../../src/celery/celery.js';
import { BrokerUnavailableError } from '../../../src/errors.js';
import { startEmbeddedCluster } from '../../../src/demo/cluster.js';
import { Disposal } from '../../../src/disposal.js';
import { WarmUp } from '../../../src/graphql/warm-up.js';
import { silentLogger } from '../../../src/log.js';
import { eventually } from '../../support/eventually.js';

let opened: Disposal;
let celery: Celery;
let caches: CacheRegistry;
let warmUp: WarmUp;

beforeEach(() => {
  opened = new Disposal();
  const log = silentLogger;
  const { transport, results } = opened.own(startEmbeddedCluster({ log, seed: 1 }));
  const limits = { inspectTimeout: 1_000, queues: [], maxTasks: 1_000, maxTaskBytes: 1e7 };
  celery = opened.own(new Celery({ transport, results, log, ...limits }));
  caches = opened.own(new CacheRegistry({}));
  warmUp = opened.own(
    new WarmUp({ ...{ celery, caches, resultLoader: null, log }, windowSeconds: 300, pauses: [1] }),
  );
  warmUp.start();
});
afterEach(() => opened[Symbol.asyncDispose]());

const keys = () =>
  (['worker_status', 'queue_status', 'metrics_summary'] as const).map(
    (name) => caches.get(name).getStats().size,
  );

it('loads workers, queues, figures and what workers say of themselves, when these have told', async () => {
  expect(warmUp.isWarm).toBe(false);
  celery.start();
  await eventually(() => expect(warmUp.isWarm).toBe(true));
  expect(celery.isSeeded).toBe(true);
  expect(keys()).toEqual([2, 1, 2]);
});

it('asks all workers in one broadcast', async () => {
  const published = vi.spyOn(celery.transport, 'publishRequest');
  const methods = () => published.mock.calls.map(([{ method }]) => method);
  let learned: string[] = [];
  celery.onSeeded(() => (learned = methods()));
  celery.start();
  await eventually(() => expect(warmUp.isWarm).toBe(true));
  const later = published.mock.calls
    .slice(learned.length)
    .filter(([{ destination }]) => destination === null);
  expect(later.map(([{ method }]) => method)).toEqual(['stats']);
});

/** For the list itself, and for the figures. */
const perRound = 2;

it('tries again while the broker does not answer', async () => {
  const failing = vi
    .spyOn(celery.queues, 'all')
    .mockRejectedValueOnce(new BrokerUnavailableError('host'))
    .mockRejectedValueOnce(new BrokerUnavailableError('host'));
  celery.start();
  await eventually(() => expect(warmUp.isWarm).toBe(true));
  expect(failing).toHaveBeenCalledTimes(2 * perRound);
});

it('does not wait for what this user of the broker may not ask', async () => {
  const refused = vi.spyOn(celery.queues, 'all').mockRejectedValue(new Error('NOPERM'));
  celery.start();
  await eventually(() => expect(warmUp.isWarm).toBe(true));
  expect(refused).toHaveBeenCalledTimes(perRound);
});
