/** The figures of the caches add up at every moment, whatever happens at once. */
import { expect, it } from 'vitest';
import type { CacheStatsReportFragment } from '../../src/generated/operations.js';
import { CacheStatsDocument } from '../../src/generated/operations.js';
import { startCluster } from '../support/celery.js';
import type { TestGateway } from '../support/gateway.js';
import { eventually } from '../support/eventually.js';
import { describeEachBroker } from '../support/matrix.js';
import { watchCluster } from '../support/watch.js';

type Figures = CacheStatsReportFragment['caches'][number];

/** Small and short-lived, so that entries are crowded out and die while they are read. */
const tightCaches = [
  ...['--cache-task-status-max-size', '4', '--cache-task-status-ttl', '0.2'],
  ...['--cache-worker-status-ttl', '0.05', '--cache-worker-status-stale-while-revalidate', '0.05'],
  ...['--cache-queue-status-ttl', '0.1'],
];

const operations: readonly ((n: number) => string)[] = [
  () => '{ workers { nodes { hostname status } } }',
  () => '{ workers { nodes { stats { pid } activeTasks { taskId } } } }',
  () => '{ workers(useCache: false) { nodes { stats { pid } unresponsive } } }',
  (n) => `{ worker(hostname: "w${1 + (n % 2)}@test") { conf } }`,
  () => '{ queues { nodes { name messages consumers } } }',
  () => '{ queues(useCache: false) { nodes { name } } }',
  (n) => `{ task(taskId: "task-${n % 12}") { state } }`,
  (n) => `{ tasks(first: ${n % 7}) { totalCount } taskStatus { total active { total } } }`,
  () => '{ metricsSummary { finished poolSlots } taskTypes { nodes { name } } }',
  () => '{ health(useCache: false) { status } }',
  () => 'mutation { invalidateCache { invalidated } }',
  () => 'mutation { invalidateCache(name: WORKER_STATUS, keyPrefix: "inspect:") { invalidated } }',
];

const counters = [
  ...['hits', 'misses', 'bypasses', 'collapsed', 'staleHits', 'refreshes', 'loads', 'loadFailures'],
  ...['discarded', 'sets', 'replacements', 'evictions', 'expirations', 'invalidations'],
] as (keyof Figures)[];

function expectIdentities(cache: Figures): void {
  const { name } = cache;
  expect(cache.totalRequests, `I1 ${name}`).toBe(cache.hits + cache.misses);
  expect(cache.sets, `I2 ${name}`).toBe(
    cache.size + cache.evictions + cache.expirations + cache.invalidations + cache.replacements,
  );
  const ended = cache.loads + cache.found;
  expect(ended, `I3 ${name}`).toBe(cache.sets + cache.discarded + cache.loadFailures);
  expect(ended + cache.loadsRunning, `I4 ${name}`).toBeLessThanOrEqual(
    cache.misses - cache.collapsed + cache.bypasses + cache.refreshes,
  );
  expect(cache.size).toBeLessThanOrEqual(cache.maxSize);
}

describeEachBroker('the statistics of the caches', (on) => {
  it('add up at every scrape, under load and in an outage', async () => {
    await using cluster = await startCluster({
      ...on,
      ownBroker: true,
      workers: ['w1', { hostname: 'w2', pool: 'solo' }],
    });
    await using gateway = await watchCluster(cluster, { args: tightCaches });
    let before: CacheStatsReportFragment | undefined;
    let scrapes = 0;

    async function scrape(): Promise<CacheStatsReportFragment> {
      const { data } = await gateway.execute(CacheStatsDocument, {});
      if (!data?.cacheStats) throw new Error('there are no statistics');
      const report = data.cacheStats;
      for (const [n, cache] of report.caches.entries()) {
        expectIdentities(cache);
        for (const counter of counters)
          expect(cache[counter], counter).toBeGreaterThanOrEqual(
            Number(before?.caches[n]?.[counter] ?? 0),
          );
      }
      const sum = (figure: 'hits' | 'misses') =>
        report.caches.reduce((all, cache) => all + cache[figure], 0);
      expect(report.summary).toMatchObject({
        totalHits: sum('hits'),
        totalMisses: sum('misses'),
        totalRequests: sum('hits') + sum('misses'),
      });
      before = report;
      scrapes++;
      return report;
    }

    /** Ten clients that each ask one thing after the other, and one that scrapes meanwhile. */
    async function underLoad(rounds: number): Promise<CacheStatsReportFragment> {
      const done = new AbortController();
      const clients = Array.from({ length: 10 }, (_, client) => ask(gateway, client, rounds));
      const scraping = (async () => {
        while (!done.signal.aborted) await scrape();
      })();
      await Promise.all(clients).finally(() => done.abort());
      await scraping;
      return scrape();
    }

    await underLoad(60);
    // How an entry ends under load is a matter of luck: each end and each age of it is met in quiet as well.
    const expired = total(await scrape())['expirations'] ?? 0;
    await gateway.query('{ workers { nodes { hostname } } queues { nodes { name } } }');
    await eventually(async () => expect(total(await scrape())['expirations']).toBeGreaterThan(expired));
    const calm = await eventually(async () => {
      await gateway.query('{ workers { nodes { hostname } } }');
      const figures = total(await scrape());
      expect(counters.filter((counter) => figures[counter] === 0)).toEqual(['loadFailures']);
      return figures;
    }, 30_000);
    await cluster.server.kill();
    const failing = total(await underLoad(10));

    expect(scrapes).toBeGreaterThan(20);
    expect(failing['loadFailures']).toBeGreaterThan(calm['loadFailures'] ?? NaN);
    for (const cache of before?.caches ?? []) expect(cache.loadsRunning).toBe(0);
  });
});

async function ask(gateway: TestGateway, client: number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const operation = operations[(client * 5 + round * 7) % operations.length];
    if (operation) await gateway.query(operation(client + round));
  }
}

function total(report: CacheStatsReportFragment): Record<string, number> {
  return Object.fromEntries(
    counters.map((counter) => [
      counter,
      report.caches.reduce((sum, cache) => sum + Number(cache[counter]), 0),
    ]),
  );
}
