import { expect, it } from 'vitest';
import { ClusterCollector } from '../../../src/prometheus/cluster-collector.js';
import { parse, worker } from '../../unit/celery/events/cluster.js';
import { startTestServer } from '../test-server.js';

const tallyOptions = { byName: true, byQueue: true, maxSeries: 10, bounds: [1] };

it('forgets workers that said goodbye and are unknown by now, even without a scrape', async () => {
  await using server = await startTestServer();
  const { state, clock } = server.services.celery;
  using watch = new ClusterCollector(server.services, tallyOptions);
  const names = Array.from({ length: 45_000 }, (_, at) => `pod-${at}@host`);
  for (const hostname of names) {
    const goodbye = worker('offline', 0, { hostname, timestamp: clock() / 1_000 });
    state.apply(parse(goodbye), clock());
  }

  const known = new Set(state.workers().map(({ hostname }) => hostname));
  const kept = names.filter((hostname) => watch.isGone(hostname));
  expect(known.size).toBeLessThanOrEqual(20_000);
  expect(kept.length).toBeLessThanOrEqual(40_000);
  expect(names.filter((hostname) => known.has(hostname) && !watch.isGone(hostname))).toEqual([]);
});
