/**
 * The HTTP server over the embedded cluster, with caches whose clock the test sets: ages are exact, and nothing
 * expires unless the test says so.
 */
import { AuditLog } from '../../src/access/audit-log.js';
import { Authenticator } from '../../src/access/authenticator.js';
import { identityHeaders } from '../../src/access/open-access.js';
import type { Access } from '../../src/access/open-access.js';
import type { Visibility } from '../../src/access/visibility.js';
import { CacheRegistry } from '../../src/cache/cache-registry.js';
import type { CacheRegistryOptions } from '../../src/cache/cache-registry.js';
import { Celery } from '../../src/celery/celery.js';
import { readConfig } from '../../src/config/config.js';
import type { ConfiguredCluster } from '../../src/config/clusters-file.js';
import { standardRedactor } from '../../src/celery/redaction/redactor.js';
import { Disposal } from '../../src/disposal.js';
import { startEmbeddedCluster } from '../../src/demo/cluster.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import type { Clusters } from '../../src/cluster/clusters.js';
import type { Services } from '../../src/graphql/context.js';
import { DelayedInvalidations } from '../../src/cluster/delayed-invalidations.js';
import { createResultLoader } from '../../src/cluster/result-loader.js';
import { Subscriptions } from '../../src/cluster/subscriptions.js';
import { WarmUp } from '../../src/cluster/warm-up.js';
import type { WarmUpState } from '../../src/cluster/warm-up-names.js';
import { federated } from '../../src/graphql/federation.js';
import { schema } from '../../src/graphql/schema.js';
import { Exporter } from '../../src/prometheus/exporter.js';
import { Readiness } from '../../src/cluster/readiness.js';
import { startHttpServer } from '../../src/http/server.js';
import type { HttpTimeouts } from '../../src/http/server.js';
import { KeptAnswers } from '../../src/http/kept/kept-answers.js';
import { createGraphQLServer } from '../../src/http/yoga.js';
import { createLogger } from '../../src/log.js';
import type { Logger } from '../../src/log.js';
import type { OpenCluster } from '../../src/open-cluster.js';
import { OpenClusters } from '../../src/open-clusters.js';
import type { ResultBackend, Transport } from '../../src/celery/transport/transport.js';
import type { Answer } from '../support/gateway.js';

export interface TestServer extends AsyncDisposable {
  readonly clusters: Clusters;
  /** Opens others, as a changed file of clusters does. */
  readonly open: OpenClusters;
  /** Of the first cluster at the start. */
  readonly services: Cluster & Pick<Services, 'audit'>;
  /** Of the caches, in milliseconds. */
  readonly clock: { now: number };
  /** For dates, in epoch milliseconds: a whole second, a long time ago. */
  readonly wallClock: { now: number };
  /** For readiness: nothing is loaded that a test did not ask for. */
  readonly warmUp: { state: WarmUpState };
  /** The answers that it keeps; null where it keeps none. */
  readonly kept: KeptAnswers | null;
  /** Lines of the log. */
  readonly log: readonly string[];
  readonly origin: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  query<Data = Record<string, unknown>>(
    query: string,
    options?: { variables?: object; headers?: Record<string, string>; search?: string },
  ): Promise<Answer<Data>>;
}

export interface TestServerOptions {
  /** Who is let in; everybody as an admin by default, addressed by any name. */
  readonly access?: (audit: AuditLog) => Access | Promise<Access>;
  readonly readOnly?: boolean;
  /** One that everybody sees by default. */
  readonly tenants?: readonly TestTenant[];
  /** Further settings, as on the command line. */
  readonly args?: readonly string[];
  /** What it watches, or each of its clusters; the embedded cluster by default. */
  readonly source?: ClusterSource | ((configured: ConfiguredCluster) => ClusterSource);
  /** One time for all that reads one: the caches, dates, limits and Celery; clocks of their own by default. */
  readonly time?: { now: number };
  /** Options of the caches of every cluster. */
  readonly caches?: CacheRegistryOptions['overrides'];
  /** Those of the gateway by default. */
  readonly timeouts?: HttpTimeouts;
}

export interface ClusterSource {
  readonly transport: Transport;
  readonly results: ResultBackend | null;
}

interface TestTenant {
  readonly name: string;
  readonly visibleTo: Visibility | null;
  /** That of the gateway by default. */
  readonly config?: ConfiguredCluster['config'];
}

export async function startTestServer({
  access = everybody,
  readOnly = false,
  args = [],
  tenants = [{ name: 'default', visibleTo: null }],
  source,
  time,
  caches: overrides,
  timeouts,
}: TestServerOptions = {}): Promise<TestServer> {
  const config = readConfig(args, {});
  const clock = time ?? { now: 0 };
  const wallClock = time ?? { now: Date.UTC(2024, 0, 1) };
  const celeryClock = time && ((): number => time.now);
  const lines: string[] = [];
  const log = createLogger('debug', (line) => void lines.push(line));
  const opened = new Disposal();
  const audit = new AuditLog({ log, maxRecords: 100 });
  let seed = 0;
  const sourceOf = (configured: ConfiguredCluster, resources: Disposal): ClusterSource => {
    if (source === undefined) return resources.own(startEmbeddedCluster({ log, seed: ++seed }));
    return typeof source === 'function' ? source(configured) : source;
  };
  const configured = tenants.map((tenant) => ({ config, ...tenant }));
  const open = opened.own(
    new OpenClusters(configured, {
      open: (one, resources) =>
        openCluster(one.name, sourceOf(one, resources), {
          clock,
          celeryClock,
          overrides,
          log,
          opened: resources,
        }),
      log,
    }),
  );
  const { clusters } = open;
  const [cluster] = clusters.all;
  if (cluster === undefined) throw new Error('There is no cluster');
  const { celery } = cluster;
  const kept = config.keptAnswers ? opened.own(new KeptAnswers()) : null;
  const services: Services = {
    ...(kept && { keptAnswers: () => kept.stats }),
    ...{ clusters, version: '1.2.3', startedAt: 0, log },
    clock: celery.clock,
    ...{ audit, redact: (value: unknown) => standardRedactor.value(value), readOnly },
  };
  const stopping = new AbortController();
  const metrics = config.metrics ? new Exporter(services, config) : null;
  if (metrics) open.attach((each) => metrics.watch(each));
  const served = config.federation ? federated(schema, config) : schema;
  const durationClock = time && ((): number => time.now);
  const given = await access(audit);
  const yoga = createGraphQLServer(served, services, config, {
    wallClock: () => wallClock.now,
    ...(durationClock && { durationClock }),
    sessions: given.authenticator.sessions,
    operations: metrics?.operations,
    identityHeaders: identityHeaders(config),
    stopping: stopping.signal,
    keepsAnswers: kept !== null,
  });
  const warmUp: TestServer['warmUp'] = { state: 'WAITING' };
  const readiness = new Readiness({ celery, warmUp });
  const place = { host: '127.0.0.1', port: 0 };
  const http = { yoga, access: given, readiness, metrics, limits: config, ...place, log, kept };
  const server = opened.own(
    await startHttpServer({
      ...http,
      stopping: stopping.signal,
      ...(timeouts && { timeouts }),
      ...(durationClock && { durationClock }),
    }),
  );
  opened.own({ [Symbol.dispose]: () => open.stop() }); // first, as in the gateway
  opened.own({ [Symbol.dispose]: () => stopping.abort() });
  opened.own(readiness);
  // Before, answers are kept for a moment only.
  await synced(clusters);
  const { origin } = new URL(server.url);

  return {
    ...{
      services: { ...cluster, audit },
      clusters,
      open,
      clock,
      wallClock,
      origin,
      warmUp,
      kept,
      log: lines,
    },
    fetch: (path, init) => fetch(origin + path, init),
    query: async (query, { variables, headers = {}, search = '' } = {}) => {
      const response = await fetch(`${server.url}${search}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as Pick<Answer<never>, 'data' | 'errors' | 'extensions'>;
      return { status: response.status, headers: response.headers, ...answer };
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

interface OpenOptions {
  readonly clock: { readonly now: number };
  readonly celeryClock: (() => number) | undefined;
  readonly overrides: CacheRegistryOptions['overrides'];
  readonly log: Logger;
  readonly opened: Disposal;
}

function openCluster(
  clusterName: string,
  { transport, results, defaultQueue = 'celery' }: ClusterSource & { readonly defaultQueue?: string },
  { clock, celeryClock, overrides, log, opened }: OpenOptions,
): OpenCluster {
  const limits = { inspectTimeout: 1_000, queues: [], maxTasks: 1_000, maxTaskBytes: 1e7 };
  const ownClock = celeryClock && { clock: celeryClock };
  const celery = opened.own(
    new Celery({ transport, results, defaultQueue, log, ...limits, ...ownClock }),
  );
  const caches = new CacheRegistry({ clock: () => clock.now, overrides });
  const resultLoader = createResultLoader(celery);
  const subscriptions = new Subscriptions({ celery, maxItems: 1_000 });
  const delayedInvalidations = new DelayedInvalidations(celery.state, caches);
  celery.start();
  const unheated = { windowSeconds: 300, names: [], timeout: 0, jitter: 0 };
  const warmUp = new WarmUp({ celery, caches, resultLoader, log, ...unheated });
  const watched = { clusterName, embedded: true, celery, caches, resultLoader };
  return { ...watched, subscriptions, delayedInvalidations, warmUp };
}

/** Resolves when the workers of each have reported what they have. */
export async function synced({ all }: Clusters): Promise<void> {
  await Promise.all(all.map(({ celery }) => whenSynced(celery)));
}

async function whenSynced(celery: Celery): Promise<void> {
  while (!celery.isSynced) await new Promise<void>((resolve) => celery.onSynced(resolve));
}

function everybody(audit: AuditLog): Access {
  const clock = Date.now;
  return {
    authenticator: new Authenticator({ schemes: [], anonymous: 'admin', audit, clock }),
    hosts: null,
  };
}

/** The status of each read, whichever came first. */
export function statusByPath({ extensions }: Answer<unknown>): Record<string, string> {
  const entries = extensions?.cache?.entries ?? [];
  return Object.fromEntries(entries.map(({ path, status }) => [path, status]));
}
