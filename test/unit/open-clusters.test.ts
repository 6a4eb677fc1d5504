/** Clusters that come, go and change while the gateway runs: embedded ones, behind the real GraphQL server. */
import { execute, parse } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/audit-log.js';
import { anonymous } from '../../src/access/viewer.js';
import { CacheStatus } from '../../src/cache/cache-status.js';
import { standardRedactor } from '../../src/celery/redaction/redactor.js';
import { openCluster } from '../../src/open-cluster.js';
import { readConfig } from '../../src/config/config.js';
import { createContext } from '../../src/graphql/context.js';
import type { Services } from '../../src/graphql/context.js';
import { schema } from '../../src/graphql/schema.js';
import { ClustersReadiness } from '../../src/cluster/clusters-readiness.js';
import { Readiness } from '../../src/cluster/readiness.js';
import { shownResult } from '../../src/http/shown-result.js';
import { createGraphQLServer } from '../../src/http/yoga.js';
import type { Yoga } from '../../src/http/yoga.js';
import { createLogger } from '../../src/log.js';
import { OpenClusters } from '../../src/open-clusters.js';
import { parseClustersFile } from '../../src/config/clusters-file.js';
import { Exporter } from '../../src/prometheus/exporter.js';
import { eventually } from '../support/eventually.js';

const config = readConfig([], {});
const caller = { viewer: anonymous('admin'), clientAddress: null };
const one = (name: string, settings: { maxTasks?: number } = {}) => ({
  name,
  visibleTo: null,
  config: { ...config, ...settings },
});
const [shop, mail] = [one('shop'), one('mail')];

let lines: string[];
let open: OpenClusters;
let services: Services;
let yoga: Yoga;
beforeEach(() => {
  lines = [];
  const log = createLogger('info', (line) => void lines.push(line));
  open = new OpenClusters([shop, mail], {
    log,
    open: ({ name, config: own }, opened) => {
      const settings = { ...config, ...own };
      const cluster = { clusterName: name, config: settings, log, redactor: standardRedactor };
      const result = openCluster({ ...cluster, opened, store: null });
      if (name === 'broken') throw new Error('it cannot be opened');
      return result;
    },
  });
  services = {
    clusters: open.clusters,
    version: '1',
    startedAt: 0,
    clock: Date.now,
    log,
    audit: new AuditLog({ log, maxRecords: 10 }),
    redact: (value) => value,
    readOnly: false,
  };
  yoga = createGraphQLServer(schema, services, config);
});
afterEach(() => open[Symbol.asyncDispose]());

const names = () => open.clusters.all.map(({ clusterName }) => clusterName);
const logged = () =>
  lines.map((line): unknown => JSON.parse(line)).filter((line) => 'cluster' in (line as object));

/** Begins before it returns, as far as it gets without waiting for anything. */
async function query(text: string): Promise<unknown> {
  const contextValue = createContext(services, caller, new CacheStatus());
  const { data, errors = [] } = await execute({ schema, document: parse(text), contextValue });
  return { data, errors: errors.map(({ originalError, message }) => originalError?.name ?? message) };
}

/** What a subscription brings, item by item; its first item has come. */
async function subscribe(text: string): Promise<{ next: () => Promise<unknown> }> {
  const request = new yoga.fetchAPI.Request('http://gateway/graphql', { method: 'POST' });
  const params = { query: text };
  const stream: unknown = await yoga.getResultForParams({ params, request }, { caller });
  const items = (stream as AsyncIterable<ExecutionResult>)[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const item = await items.next();
    return item.done === true ? 'complete' : shownResult(item.value);
  };
  await next();
  return { next };
}

const closed = {
  errors: [
    {
      message:
        'The cluster was removed, or its settings were changed, during the operation; commands that were already sent take effect',
      extensions: { code: 'UNKNOWN_CLUSTER' },
    },
  ],
};

it('opens a cluster that is added, and what is attached to each', async () => {
  const exporter = new Exporter(services, config);
  const readiness = new ClustersReadiness();
  open.attach((cluster) => exporter.watch(cluster));
  open.attach((cluster) => readiness.add(new Readiness(cluster)));
  const [before] = open.clusters.all;

  await open.set([one('new'), shop, mail]);
  expect(names()).toEqual(['new', 'shop', 'mail']);
  expect(open.clusters.all[1]).toBe(before);
  expect(await query('{ clusters { name gateway { broker { address } } } }')).toMatchObject({
    data: { clusters: [{ name: 'new' }, { name: 'shop' }, { name: 'mail' }] },
    errors: [],
  });
  const series = (name: string) => `celeryql_broker_connected{cluster="${name}"} 1`;
  expect(await exporter.text('text', caller.viewer)).toContain(series('new'));

  await open.set([shop]);
  const text = await exporter.text('text', caller.viewer);
  const shown = Array.from(text.matchAll(/cluster="(\w+)"/g), ([, name]) => name);
  expect(new Set(shown)).toEqual(new Set(['shop']));
  expect((await readiness.report()).status).not.toBe('stopping');
  expect(logged()).toMatchObject([
    { level: 'info', message: 'cluster added', cluster: 'new' },
    { level: 'info', message: 'cluster removed', cluster: 'new' },
    { level: 'info', message: 'cluster removed', cluster: 'mail' },
  ]);
});

it.each([
  ['taskEvents', 'subscription { taskEvents(cluster: "mail") { cluster } }'],
  ['queues', 'subscription { queues(cluster: "mail", intervalSeconds: 0.1) { name messages } }'],
  ['cacheStats', 'subscription { cacheStats(cluster: "mail") { timestamp } }'],
])('ends subscriptions to %s of a cluster that is removed with an error', async (_name, text) => {
  const stream = await subscribe(text);
  const other = await subscribe('subscription { taskEvents(cluster: "shop") { cluster } }');

  await open.set([shop]);
  const items: unknown[] = [];
  for (let item = await stream.next(); item !== 'complete'; item = await stream.next()) items.push(item);
  expect(items.at(-1)).toMatchObject(closed);
  expect(await other.next()).toEqual({ data: { taskEvents: { cluster: 'shop' } } });
});

it.each([
  ['workers', '{ workers(cluster: "mail", useCache: false) { nodes { hostname stats { pid } } } }'],
  ['metricsSummary', '{ metricsSummary(cluster: "mail") { windowSeconds } }'],
  ['health', '{ health(cluster: "mail", useCache: false) { status } }'],
  ['ping', 'mutation { pingWorkers(cluster: "mail") { silent } }'],
])('fails %s that runs while its cluster is removed', async (_name, text) => {
  const running = query(text);
  await open.set([shop]);
  expect(await running).toMatchObject({ errors: ['ClusterClosedError'] });
  expect(await query(text)).toMatchObject({ errors: ['UnknownClusterError'] });
});

it('opens a cluster anew when its settings have changed, and says so without what they hold', async () => {
  const former = open.clusters.all[1];
  const stream = await subscribe('subscription { taskEvents(cluster: "mail") { cluster } }');

  await open.set([shop, one('mail', { maxTasks: 7 })]);
  expect(former?.celery.isClosed).toBe(true);
  expect(open.clusters.all[1]).not.toBe(former);
  let item = await stream.next();
  while (item !== 'complete' && !('errors' in (item as object))) item = await stream.next();
  expect(item).toMatchObject(closed);
  expect(await query('{ gateway(cluster: "mail") { cluster } }')).toEqual({
    data: { gateway: { cluster: 'mail' } },
    errors: [],
  });
  expect(logged()).toMatchObject([
    {
      level: 'warn',
      message: 'cluster reopened with new settings, its task history is lost',
      cluster: 'mail',
      settings: ['maxTasks'],
    },
  ]);
});

it('refuses a cursor of the tasks of another cluster, also where one was opened anew', async () => {
  const page = '{ tasks(cluster: "mail", first: 1, useCache: false) { pageInfo { endCursor } } }';
  const cursor = await eventually(async () => {
    const found = /"endCursor":"([\w-]+)"/.exec(JSON.stringify(await query(page)));
    return found?.[1] ?? expect.fail('there is no task yet');
  });
  const after = (cluster: string) =>
    query(`{ tasks(cluster: "${cluster}", after: "${cursor}") { nodes { taskId } } }`);
  const refused = { data: { tasks: null }, errors: ['CursorExpiredError'] };
  expect(await after('mail')).toMatchObject({ errors: [] });
  expect(await after('shop')).toEqual(refused);
  await open.set([shop, one('mail', { maxTasks: 7 })]);
  expect(await after('mail')).toEqual(refused);
});

it('keeps a cluster whose visibility alone has changed', async () => {
  const [, before] = open.clusters.all;
  await open.set([shop, { ...mail, visibleTo: { users: ['ann'], roles: [] } }]);
  expect(open.clusters.all[1]).toBe(before);
  expect(open.clusters.visibleTo(caller.viewer).map(({ clusterName }) => clusterName)).toEqual(['shop']);
});

it('knows the same certificates again, and others by their parameters', async () => {
  const secure = (parameters: string) => {
    const broker = `rediss://127.0.0.1:1/0?${parameters}`;
    const text = JSON.stringify({ clusters: [{ name: 'mail', broker }] });
    return parseClustersFile(text, config, {});
  };
  await open.set(secure('ssl_cert_reqs=required'));
  const [before] = open.clusters.all;
  await open.set(secure('ssl_cert_reqs=required'));
  expect(open.clusters.all).toEqual([before]);
  for (const parameters of ['ssl_cert_reqs=none', 'ssl_cert_reqs=none&ssl_password=x']) {
    const [former] = open.clusters.all;
    await open.set(secure(parameters));
    expect(open.clusters.all[0]).not.toBe(former);
  }
});

it('changes nothing when one of them cannot be opened', async () => {
  const before = open.clusters.all;
  expect(() => open.set([one('new'), one('broken'), shop])).toThrow('it cannot be opened');
  expect(open.clusters.all).toEqual(before);
  expect(before.map(({ celery }) => celery.isClosed)).toEqual([false, false]);
  expect(logged()).toEqual([]);
});

it('keeps a running subscription about its cluster when another one becomes the first', async () => {
  const stream = await subscribe('subscription { taskEvents { cluster } }');
  await open.set([one('new'), shop, mail]);
  expect(await stream.next()).toEqual({ data: { taskEvents: { cluster: 'shop' } } });
});

it('keeps an operation that began with one cluster away from another that is added', async () => {
  await open.set([shop]);
  const contextValue = createContext(services, caller, new CacheStatus());
  await open.set([shop, mail]);
  const document = parse('{ gateway(cluster: "mail") { cluster } }');
  const { errors } = await execute({ schema, document, contextValue });
  expect(errors?.map(({ originalError }) => originalError?.name)).toEqual(['UnknownClusterError']);
});

it('opens nothing any more once it stops', async () => {
  open.stop();
  await open.set([one('new')]);
  expect(names()).toEqual(['shop', 'mail']);
});
