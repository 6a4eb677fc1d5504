/** The automated test of the requirements: as it is written, in Python, and its counterpart in GraphQL. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CacheStatsDocument,
  InvalidateCacheDocument,
  TaskStatusDocument,
} from '../../src/generated/operations.js';
import { celeryVersion, pythonOutput, startCluster, type Cluster } from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { describeEachBroker } from '../support/matrix.js';
import { describeWith } from '../support/requirements.js';
import { watchCluster } from '../support/watch.js';

const script = join(import.meta.dirname, '..', 'fixtures', 'requirements_test.py');

describeEachBroker('the automated test of the requirements', (on) => {
  let cluster: Cluster;
  let gateway: TestGateway;

  beforeAll(async () => {
    cluster = await startCluster({ ...on, workers: ['w1', { hostname: 'w2', pool: 'solo' }] });
    gateway = await watchCluster(cluster);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('holds in GraphQL', async () => {
    const xCache = async (useCache?: boolean) => {
      const variables = useCache === undefined ? {} : { useCache };
      const { headers, data, errors } = await gateway.execute(TaskStatusDocument, variables);
      expect(errors).toBeUndefined();
      expect(data?.taskStatus?.active).toEqual({ total: 0, byWorker: [], byName: [] });
      return headers.get('X-Cache');
    };

    expect(await xCache()).toBe('MISS');
    expect(await xCache()).toBe('HIT');

    // Hits until the TTL has passed, and no longer.
    await eventually(async () => expect(await xCache()).toBe('MISS'), 3_000);
    // Its parts were stored one after the other, and end so.
    await eventually(async () => expect(await xCache()).toBe('HIT'));

    expect(await xCache(false)).toBe('MISS');

    const { data } = await gateway.execute(CacheStatsDocument, {});
    expect(data?.cacheStats?.summary.totalRequests).toBeGreaterThan(0);
    expect(data?.cacheStats?.summary.overallHitRatePercent).toBeGreaterThan(0);
    expect(data?.cacheStats?.summary.overallHitRatePercent).toBeLessThanOrEqual(100);

    const { data: done } = await gateway.execute(InvalidateCacheDocument, {});
    expect(done?.invalidateCache?.invalidated).toBeGreaterThan(0);
    expect(await xCache()).toBe('MISS');
  });
});

describeWith(['redis', 'celery:newest', 'requests'], 'the automated test of the requirements', () => {
  const { python } = celeryVersion('newest');

  it('passes as it is written, on the REST routes of a real cluster', async () => {
    await using cluster = await startCluster({ workers: [{ pool: 'solo' }] });
    await using gateway = await watchCluster(cluster);
    const base = `${gateway.origin}/api/v1/celery`;

    expect(await pythonOutput({ python, broker: cluster.broker }, [script, base])).toBe('');
  });

  it('passes as it is written, on the embedded cluster', async () => {
    // It begins with a MISS: of a gateway that has just started, the first readers would find all that was warmed.
    await using gateway = await startTestGateway({ args: ['--warm-up', 'none'] });
    const base = `${gateway.origin}/api/v1/celery`;

    expect(await pythonOutput({ python, broker: '' }, [script, base])).toBe('');
  });
});
