/** `GET /metrics`: who may have it, in which format, and that it says what everything else says. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Authenticator } from '../../../src/access/authenticator.js';
import type { CacheStats } from '../../../src/cache/cache-stats.js';
import { cacheNames } from '../../../src/cache/cache-defaults.js';
import { formatOf } from '../../../src/http/routes/metrics-route.js';
import { cacheCounterSamples } from '../../../src/prometheus/cache-families.js';
import { eventually } from '../../support/eventually.js';
import { samplesOf, valuesOf } from '../../support/exposition.js';
import type { Sample } from '../../support/exposition.js';
import { roleTokens } from '../role-tokens.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

const text = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

async function scrape(server: TestServer): Promise<readonly Sample[]> {
  return samplesOf(await (await server.fetch('/metrics')).text());
}

describe('GET /metrics', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await eventually(async () => {
      expect(valuesOf(await scrape(server), 'celeryql_worker_slots')).toHaveLength(3);
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('answers in the text format, uncached', async () => {
    const response = await server.fetch('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(text);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toContain('# TYPE celeryql_broker_connected gauge\n');
  });

  it('answers in OpenMetrics to who prefers it, after a scrape in the other format too', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
    for (let round = 0; round < 2; round++) {
      const response = await server.fetch('/metrics', { headers: { accept } });
      expect(response.headers.get('content-type')).toBe(openMetrics);
      const body = await response.text();
      expect(body.endsWith('\n# EOF\n')).toBe(true);
      expect(body).toContain('# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total ');
      expect(body).toContain('# TYPE celeryql_events_received counter\ncelery');
      expect(await (await server.fetch('/metrics')).text()).toContain(
        '# TYPE celeryql_events_received_total counter\n',
      );
    }
  });

  it.each([
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/plain', 'text'],
    ['application/json', 'text'],
    ['application/openmetrics-text', 'openMetrics'],
    ['application/openmetrics-text; version=0.0.1, text/plain;q=0.3', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    [
      'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openMetrics',
    ],
    // As Prometheus 3 sends it.
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openMetrics',
    ],
  ])('takes Accept: %s for %s', (accept, format) => {
    expect(formatOf(accept)).toBe(format);
  });

  it('packs the answer for who takes it packed', async () => {
    const plain = await server.fetch('/metrics', {
      headers: { 'accept-encoding': 'identity, gzip;q=0' },
    });
    const packed = await server.fetch('/metrics', { headers: { 'accept-encoding': 'gzip' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(
      Number(plain.headers.get('content-length')) / 4,
    );
    expect(await packed.text()).toContain('celeryql_build_info');
  });

  it('answers HEAD without a body, and nothing but GET and HEAD', async () => {
    const head = await server.fetch('/metrics', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, text, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1_000);

    for (const method of ['POST', 'DELETE']) {
      const refused = await server.fetch('/metrics', { method });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(await refused.json()).toMatchObject({
        errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }],
      });
    }
  });

  it('has no series twice, though workers and queues have names that are the same in UTF-8', async () => {
    await using hostile = await startTestServer();
    const { celery } = hostile.services;
    await eventually(async () => expect(celery.state.workers()).toHaveLength(3));
    const [worker, other, ...rest] = celery.state.workers();
    const [queue] = await celery.queues.all();
    if (!worker || !other || !queue) throw new Error('The embedded cluster has workers and queues');
    const named = (name: string) => [`${name}\ud800`, `${name}\ud801`];
    vi.spyOn(celery.state, 'workers').mockReturnValue([
      ...named('w@').map((hostname) => ({ ...worker, hostname })),
      ...[other, ...rest],
    ]);
    vi.spyOn(celery.queues, 'all').mockResolvedValue(named('q').map((name) => ({ ...queue, name })));

    const series = (await scrape(hostile)).map(({ name, labels }) => JSON.stringify([name, labels]));
    expect(series.filter((each, at) => series.indexOf(each) !== at)).toEqual([]);
    expect(series).toContain(
      JSON.stringify(['celeryql_worker_up', { cluster: 'default', hostname: 'w@\ufffd' }]),
    );
    expect(series).toContain(
      JSON.stringify(['celeryql_queue_messages', { cluster: 'default', queue: 'q\ufffd' }]),
    );
  });

  it('shows each worker by its full name, with its slots', async () => {
    const samples = await scrape(server);
    for (const [hostname, slots] of [
      ['worker1@embedded', 4],
      ['worker2@embedded', 4],
      ['media@embedded', 2],
    ] as const) {
      expect(valuesOf(samples, 'celeryql_worker_up', { cluster: 'default', hostname })).toEqual([1]);
      expect(valuesOf(samples, 'celeryql_worker_slots', { cluster: 'default', hostname })).toEqual([
        slots,
      ]);
    }
    expect(valuesOf(samples, 'celeryql_queue_consumers', { queue: 'media' })).toEqual([2]);
  });
});

describe('the counters of the caches in /metrics', () => {
  const counted = (samples: readonly Sample[], cache: string, result: string): number =>
    (valuesOf(samples, `celeryql_cache_${result === 'hit' ? 'hits' : 'misses'}_total`, { cache })[0] ??
      NaN) - (valuesOf(samples, 'celeryql_cache_scrape_reads_total', { cache, result })[0] ?? 0);

  it('are those of cacheStats, and without its own reads those that a client saw in X-Cache', async () => {
    await using server = await startTestServer();
    await eventually(async () => {
      const { data } = await server.query<{ workers: { nodes: unknown[] } | null }>(
        '{ workers(useCache: false) { nodes { hostname } } }',
      );
      expect(data?.workers?.nodes).toHaveLength(3);
    });
    const documents = {
      task_status: '{ taskStatus { counts { state } } }',
      worker_status: '{ workers { nodes { hostname } } }',
      queue_status: '{ queues { nodes { name } } }',
      health_check: '{ health { status } }',
    };
    const before = await scrape(server);
    const seen = Object.fromEntries(Object.keys(documents).map((cache) => [cache, { hit: 0, miss: 0 }]));
    for (const [step, pause] of [0, 500, 1_600, 0, 3_100, 0, 100, 6_000, 0, 11_000].entries()) {
      server.clock.now += pause;
      if (step % 3 === 0) await scrape(server);
      for (const [cache, document] of Object.entries(documents)) {
        const { headers } = await server.query(document);
        const tally = seen[cache];
        if (headers.get('X-Cache') === 'HIT' && tally) tally.hit++;
        else if (headers.get('X-Cache') === 'MISS' && tally) tally.miss++;
      }
    }

    const after = await scrape(server);
    const scraped = Object.fromEntries(
      Object.keys(documents).map((cache) => [
        cache,
        {
          hit: counted(after, cache, 'hit') - counted(before, cache, 'hit'),
          miss: counted(after, cache, 'miss') - counted(before, cache, 'miss'),
        },
      ]),
    );
    expect(scraped).toEqual(seen);
    expect(seen['queue_status']?.hit).toBeGreaterThan(1);
    expect(seen['queue_status']?.miss).toBeGreaterThan(1);

    const { caches } = server.services.caches.report();
    expect(caches.map(({ name }) => name)).toEqual(cacheNames);
    for (const stats of caches) {
      for (const { name, value } of cacheCounterSamples(stats))
        expect([name, ...valuesOf(after, name, { cache: stats.name })]).toEqual([name, value]);
      expect(valuesOf(after, 'celeryql_cache_entries', { cache: stats.name })).toEqual([stats.size]);
      expect(valuesOf(after, 'celeryql_cache_bytes', { cache: stats.name })).toEqual([stats.bytes]);
    }
    expect(
      caches.flatMap((stats: CacheStats) => cacheCounterSamples(stats)).map(({ name }) => name),
    ).toEqual(expect.arrayContaining(['celeryql_cache_hits_total', 'celeryql_cache_stale_hits_total']));
  });
});

describe('the operations in /metrics', () => {
  it('are counted by type and by how they ended', async () => {
    await using server = await startTestServer();
    await server.query('{ health { status } }');
    await server.query('{ health { status } queue(name: "unknown") { name } }');
    await server.query('{ tasks(first: -1) { totalCount } }');
    await server.query('mutation { invalidateCache { invalidated } }');
    await server.query('{ nothing }');
    await server.query('{');
    await server.fetch('/api/v1/celery/health');

    const samples = await scrape(server);
    const operations = samples.filter(({ name }) => name === 'celeryql_operations_total');
    expect(operations.map(({ labels, value }) => [labels['type'], labels['status'], value])).toEqual([
      ['query', 'ok', 3],
      ['query', 'error', 1],
      ['mutation', 'ok', 1],
      [undefined, 'refused', 2],
    ]);
    const timed = valuesOf(samples, 'celeryql_operation_duration_seconds_count', { type: 'query' });
    expect(timed).toEqual([4]);
    expect(valuesOf(samples, 'celeryql_http_responses_total', { code: '200' })[0]).toBeGreaterThan(3);
  });
});

describe('an operation that is refused in /metrics', () => {
  it.each([
    ['costs too much', '{ tasks(first: 100) { nodes { taskId } } }', {}],
    ['has wrong variables', 'query ($n: Int!) { tasks(first: $n) { totalCount } }', { n: 'x' }],
  ])('is no failure when it %s', async (_name, query, variables) => {
    await using server = await startTestServer({ args: ['--max-cost', '50'] });
    const { data, errors } = await server.query(query, { variables });
    expect([data, errors?.length]).toEqual([undefined, 1]);

    const samples = await scrape(server);
    const operations = samples.filter(({ name }) => name === 'celeryql_operations_total');
    expect(operations.map(({ labels, value }) => [labels, value])).toEqual([
      [{ type: 'query', status: 'refused' }, 1],
    ]);
    expect(valuesOf(samples, 'celeryql_operation_duration_seconds_count')).toEqual([]);
  });
});

describe('who may have /metrics', () => {
  it('no client, where it is turned off', async () => {
    await using server = await startTestServer({ args: ['--metrics', 'false'] });
    expect((await server.fetch('/metrics')).status).toBe(404);
  });

  it('clients that may read, and none without credentials', async () => {
    const right = `Basic ${Buffer.from('prometheus:right').toString('base64')}`;
    await using server = await startTestServer({
      access: (audit) => ({
        authenticator: new Authenticator({
          schemes: [
            {
              ...{ method: 'basic', challenge: 'Basic realm="celeryql"' },
              authenticate: async ({ headers }) => {
                if (headers['authorization']?.[0] !== right) return null;
                return { name: 'prometheus', role: 'viewer', method: 'basic', expiresAt: null };
              },
            },
          ],
          ...{ anonymous: null, audit, clock: Date.now },
        }),
        hosts: null,
      }),
    });
    const refused = await server.fetch('/metrics');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="celeryql"',
    ]);
    expect(await refused.text()).not.toContain('celeryql_');

    const let_in = await server.fetch('/metrics', { headers: { authorization: right } });
    expect(let_in.status).toBe(200);
  });
});

describe('/metrics of several clusters', () => {
  const tenants = [
    { name: 'north', visibleTo: { users: [], roles: ['operator', 'admin'] } },
    { name: 'south', visibleTo: { users: [], roles: ['viewer', 'admin'] } },
  ] as const;

  async function scrapeAs(server: TestServer, role: string): Promise<readonly Sample[]> {
    const response = await server.fetch('/metrics', { headers: { authorization: `Bearer ${role}` } });
    expect(response.status).toBe(200);
    return samplesOf(await response.text());
  }
  const clustersIn = (samples: readonly Sample[]): string[] =>
    [...new Set(samples.flatMap(({ labels }) => labels['cluster'] ?? []))].sort();

  it('shows each scraper those that it may see, also when all scrape at once', async () => {
    await using server = await startTestServer({ access: roleTokens, tenants });
    await eventually(async () => {
      expect(valuesOf(await scrapeAs(server, 'admin'), 'celeryql_worker_slots')).toHaveLength(6);
    });

    const [viewer = [], operator = [], admin = []] = await Promise.all(
      ['viewer', 'operator', 'admin'].map((role) => scrapeAs(server, role)),
    );
    expect(clustersIn(viewer)).toEqual(['south']);
    expect(clustersIn(operator)).toEqual(['north']);
    expect(clustersIn(admin)).toEqual(['north', 'south']);
    expect(JSON.stringify(viewer)).not.toContain('north');
  });

  it('shows the others in full when the broker of one is away', async () => {
    await using server = await startTestServer({ access: roleTokens, tenants });
    await eventually(async () => {
      expect(valuesOf(await scrapeAs(server, 'admin'), 'celeryql_worker_slots')).toHaveLength(6);
    });
    await server.clusters.all[0]?.celery.transport[Symbol.asyncDispose]();

    const samples = await scrapeAs(server, 'admin');
    const of = (name: string, cluster: string) => valuesOf(samples, `celeryql_${name}`, { cluster });
    expect([of('broker_connected', 'north'), of('broker_connected', 'south')]).toEqual([[0], [1]]);
    expect([of('worker_up', 'north'), of('worker_up', 'south')]).toEqual([[], [1, 1, 1]]);
    expect(of('worker_slots', 'south')).toHaveLength(3);
    expect(of('queue_messages', 'south').length).toBeGreaterThan(0);
  });
});
