/** Two replicas that share a Redis: what one has answered, the other need not send again. */
import { expect, it } from 'vitest';
import { celeryVersion, startCluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway } from '../support/gateway.js';
import { describeWith } from '../support/requirements.js';
import { untilReady, watching } from '../support/watch.js';

const path = '/api/v1/celery/queues/status';

describeWith(['redis', 'celery:debian'], 'replicas behind a balancer', () => {
  it('have the same tag for the same answer, and say that it was found in the level that they share', async () => {
    await using cluster = await startCluster({
      version: celeryVersion('debian'),
      broker: 'redis',
      ownBroker: true,
      workers: ['w1'],
    });
    const start = () =>
      startTestGateway({
        ...watching(cluster),
        args: [
          ...['--warm-up', 'none', '--cache-redis-url', cluster.broker],
          ...['--cache-queue-status-ttl', '60', '--cache-redis-timeout', '1'],
        ],
      });
    await using first = await start();
    await using second = await start();
    await untilReady(first);
    await untilReady(second);
    await eventually(async () => {
      for (const gateway of [first, second]) {
        const { data } = await gateway.query('{ health(useCache: false) { checks { name status } } }');
        expect(JSON.stringify(data)).toContain('{"name":"distributed_cache","status":"OK"}');
      }
    });

    const loaded = await first.fetch(path);
    const tag = loaded.headers.get('etag') ?? '';
    expect(loaded.headers.get('cache-status')).toBe('celeryql; fwd=miss; stored; ttl=60');

    // Without a `Cache-Control` of its own, `fetch` would add `no-cache` to a conditional request.
    const headers = { 'if-none-match': tag, 'cache-control': 'max-age=0' };
    const found = await second.fetch(path, { headers });
    expect([found.status, await found.text(), found.headers.get('etag')]).toEqual([304, '', tag]);
    expect(found.headers.get('cache-status')).toMatch(
      /^celeryql-redis; hit, celeryql; fwd=miss; stored; ttl=5\d$/,
    );
    const kept = await second.fetch(path, { headers });
    expect(kept.headers.get('cache-status')).toMatch(/^celeryql; hit; ttl=5\d$/);
  });
});
