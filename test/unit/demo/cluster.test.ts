import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeBody } from '../../../src/celery/messages/message-body.js';
import { silentLogger } from '../../../src/log.js';
import { startEmbeddedCluster } from '../../../src/demo/cluster.js';
import { start, type Fields } from './harness.js';

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});

afterEach(() => {
  vi.useRealTimers();
});

function watch(seed: number) {
  const cluster = startEmbeddedCluster({ log: silentLogger, seed, now: Date.now });
  cluster.transport.start();
  const events: Fields[] = [];
  cluster.transport.subscribeEvents((message) => void events.push(decodeBody(message.read()) as Fields));
  const types = () => new Set(events.map((event) => event['type']));
  const dispose = () => cluster[Symbol.asyncDispose]();
  return { ...cluster, events, types, [Symbol.asyncDispose]: dispose };
}

const sentNames = (events: readonly Fields[]) =>
  events.filter((event) => event['type'] === 'task-sent').map((event) => event['name']);

describe('the embedded cluster', () => {
  it('shows tasks in several states and a backlog within two seconds', async () => {
    await using cluster = watch(7);
    const { events, types } = cluster;
    await vi.advanceTimersByTimeAsync(2_000);

    expect([...types()]).toEqual(
      expect.arrayContaining([
        'worker-heartbeat',
        'task-sent',
        'task-received',
        'task-started',
        'task-succeeded',
        'task-failed',
        'task-revoked',
      ]),
    );
    await expect(cluster.transport.boundNodes()).resolves.toEqual({
      nodes: ['worker1@embedded', 'worker2@embedded', 'media@embedded'],
      exact: true,
    });
    const [media] = await cluster.transport.queueDepths(['media']);
    expect(media?.messages).toBeGreaterThan(10);

    const failed = events.find((event) => event['type'] === 'task-failed');
    const [meta] = await cluster.results.fetch([String(failed?.['uuid'])]);
    expect(meta).toMatchObject({ state: 'FAILURE', exception: failed?.['exception'] });
  });

  it('keeps a believable rate, retries, and drains its bursts', async () => {
    await using cluster = watch(7);
    const { events, types } = cluster;
    await vi.advanceTimersByTimeAsync(30_000);

    expect(types()).toContain('task-retried');
    expect(types()).toContain('task-progress');
    await expect(cluster.transport.queueDepths(['media'])).resolves.toMatchObject([{ messages: 0 }]);
    const singles = sentNames(events).filter((name) => name !== 'media.thumbnails.render');
    expect(singles.length / 30).toBeGreaterThan(2);
    expect(singles.length / 30).toBeLessThan(7);
  });

  it('sends the same tasks for the same seed', async () => {
    const runs: unknown[][] = [];
    for (const seed of [3, 3, 4]) {
      await using cluster = watch(seed);
      await vi.advanceTimersByTimeAsync(5_000);
      runs.push(sentNames(cluster.events));
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
  });

  it('shares nothing with another cluster', async () => {
    await using one = watch(1);
    await using two = watch(2);
    await vi.advanceTimersByTimeAsync(1_000);
    await two[Symbol.asyncDispose]();
    await expect(
      one.transport.publishRequest({
        ...{ method: 'ping', arguments: {}, destination: null, ticket: 't' },
      }),
    ).resolves.toBe(3);
    const ids = new Set(one.events.map((event) => event['uuid']).filter(Boolean));
    expect(two.events.some((event) => ids.has(event['uuid']))).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const cluster = watch(7);
    await vi.advanceTimersByTimeAsync(2_000);
    await cluster[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
