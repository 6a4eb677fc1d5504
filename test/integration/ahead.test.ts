/** What adapts to readers and to changes, over workers that really have to be asked. */
import { expect, it } from 'vitest';
import { startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeOneCelery } from '../support/matrix.js';
import { untilReady } from '../support/watch.js';

interface Stats {
  readonly loads: number;
  readonly expirations: number;
  readonly prefetches: number;
  readonly prefetchesUsed: number;
  readonly prefetchesWasted: number;
  readonly adaptiveTtl: {
    readonly maxTtlSeconds: number | null;
    readonly examples: readonly { readonly key: string }[];
  } | null;
}

async function statsOf(gateway: TestGateway, name: string): Promise<Stats> {
  const { data } = await gateway.query<{ cacheStats: { caches: [Stats] } }>(
    `{ cacheStats(names: [${name}]) { caches {
      loads expirations prefetches prefetchesUsed prefetchesWasted
      adaptiveTtl { maxTtlSeconds examples { key } }
    } } }`,
  );
  if (!data) throw new Error('no statistics');
  return data.cacheStats.caches[0];
}

const workers = [{ hostname: 'w1', queues: ['default'] }];
const quiet = ['--warm-up', 'none'];

describeOneCelery('loads ahead of readers', (version) => {
  it('are made while clients read, so that no client waits, and end with the last reader', async () => {
    await using cluster = await startCluster({ version, workers });
    const ahead = ['--cache-worker-status-ttl', '4', '--cache-worker-status-refresh-ahead', '0.5'];
    const { broker } = cluster;
    await using gateway = await startTestGateway({ broker, args: [...quiet, ...ahead] });
    await untilReady(gateway);
    const read = () => gateway.query('{ workers { nodes { stats { uptimeSeconds } } } }');
    await eventually(async () => expect((await read()).extensions?.cache?.status).toBe('HIT'));

    const statuses = new Set<string | undefined>();
    await eventually(async () => {
      statuses.add((await read()).extensions?.cache?.status);
      expect((await statsOf(gateway, 'WORKER_STATUS')).prefetchesUsed).toBeGreaterThanOrEqual(4);
    }, 30_000);
    expect([...statuses]).toEqual(['HIT']);

    const unused = ({ prefetches, prefetchesUsed, prefetchesWasted }: Stats) =>
      prefetches - prefetchesUsed - prefetchesWasted;
    await eventually(async () => {
      const stats = await statsOf(gateway, 'WORKER_STATUS');
      expect(unused(stats)).toBe(0);
      expect(stats.prefetchesWasted).toBeGreaterThan(0);
    }, 30_000);
    const ended = await statsOf(gateway, 'WORKER_STATUS');
    expect(ended.expirations).toBeGreaterThan(0);
    expect(ended.loads - ended.prefetchesWasted).toBeGreaterThan(4);
  });
});

describeOneCelery('a TTL that adapts', (version) => {
  it('grows where queues stay as they are, and says for which key', async () => {
    await using cluster = await startCluster({ version, workers });
    const adaptive = ['--cache-queue-status-ttl', '0.2', '--cache-queue-status-adaptive-ttl', '0.05'];
    const { broker } = cluster;
    await using gateway = await startTestGateway({ broker, args: [...quiet, ...adaptive] });
    await untilReady(gateway);
    await eventually(async () => {
      await gateway.query('{ queues { nodes { name messages } } }');
      const { adaptiveTtl } = await statsOf(gateway, 'QUEUE_STATUS');
      expect(adaptiveTtl?.maxTtlSeconds).toBeGreaterThan(0.2);
      expect(adaptiveTtl?.examples.map(({ key }) => key)).toContain('queues');
    }, 30_000);
  });
});
