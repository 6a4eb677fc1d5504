/** Opens one cluster: its connections, the watch over it, its caches and those who listen. */
import { cacheNames } from './cache/cache-defaults.js';
import { CacheRegistry } from './cache/cache-registry.js';
import type { SharedStore } from './cache/shared/shared-store.js';
import type { GatewayConfiguration } from './celery/configuration.js';
import { Celery } from './celery/celery.js';
import type { Redactor } from './celery/redaction/redactor.js';
import { createTransport, resultBackends } from './celery/transport/index.js';
import type { ResultBackend, Transport } from './celery/transport/transport.js';
import type { Config } from './config/config.js';
import { startEmbeddedCluster } from './demo/cluster.js';
import type { Disposal } from './disposal.js';
import type { Cluster } from './cluster/cluster.js';
import { ChangeTimes } from './cluster/push/change-times.js';
import { PushInvalidation } from './cluster/push/push-invalidation.js';
import { DelayedInvalidations } from './cluster/delayed-invalidations.js';
import { volatileFields } from './cluster/reads.js';
import { createResultLoader } from './cluster/result-loader.js';
import { Subscriptions } from './cluster/subscriptions.js';
import { WarmUp } from './cluster/warm-up.js';
import type { Logger } from './log.js';
import { sharedCacheOf } from './cluster/open-shared-cache.js';

export interface OpenCluster extends Cluster {
  readonly warmUp: WarmUp;
}

export interface ClusterOptions {
  readonly clusterName: string;
  /** Its own, within those of the gateway. */
  readonly config: Config;
  readonly log: Logger;
  readonly redactor: Redactor;
  /** Takes over what must be closed; the caches and the subscriptions are closed by the server that uses them. */
  readonly opened: Disposal;
  /** What it shares with other replicas. */
  readonly store: SharedStore | null;
}

/** Connects in the background: a broker that is down is answered for with typed errors. */
export function openCluster(options: ClusterOptions): OpenCluster {
  const { clusterName, config, log, redactor, opened, store } = options;
  const source = opened.own(openSource(config, log, redactor));
  const celery = opened.own(
    new Celery({
      transport: source.transport,
      results: source.results,
      unreadableResults: source.unreadableResults ?? null,
      log,
      redactor,
      inspectTimeout: config.inspectTimeout,
      queues: config.queues,
      defaultQueue: source.defaultQueue ?? config.defaultQueue,
      allowedTasks: config.allowedTasks,
      allowedQueues: config.allowedQueues,
      configuration: gatewayConfiguration(config),
      maxTasks: config.maxTasks,
      maxTaskBytes: config.maxTaskBytes,
      forgetWorkersAfter: config.forgetWorkersAfter,
    }),
  );
  const broker = celery.transport.address;
  const shared = sharedCacheOf(store, { name: clusterName, broker, config });
  if (shared !== null) opened.own(shared);
  const pushed = cacheNames.filter((name) => config.caches[name]?.pushInvalidation);
  const changes = new ChangeTimes();
  const caches = new CacheRegistry({
    overrides: config.caches,
    volatileFields,
    shared,
    ageOfLastChange: (name, dependsOn) => (pushed.includes(name) ? changes.since(dependsOn) : Infinity),
  });
  if (pushed.length > 0)
    opened.own(new PushInvalidation({ celery, caches, names: pushed, times: changes }));
  // A loss shows in `health` at once, while answers from before it live out their time with their age on them;
  // after it nothing from before, and no error from meanwhile, is what a reader expects.
  celery.transport.onConnection(({ connected }) =>
    caches.forget(connected ? {} : { name: 'health_check' }),
  );
  celery.onHealthChange(() => caches.forget({ name: 'health_check' }));
  forgetIncomplete(celery, caches);
  const loading = { celery, caches, resultLoader: createResultLoader(celery) };
  const warmUp = opened.own(
    new WarmUp({
      ...loading,
      log,
      names: config.warmUp,
      timeout: config.warmUpTimeout,
      jitter: config.broker === null ? 0 : config.warmUpJitter,
    }),
  );
  warmUp.start();
  celery.start();
  return {
    ...loading,
    clusterName,
    embedded: config.broker === null,
    subscriptions: new Subscriptions({ celery, maxItems: config.subscriptionBuffer }),
    delayedInvalidations: new DelayedInvalidations(celery.state, caches),
    warmUp,
  };
}

/** What was read between a connection and the first complete exchange with the workers may lack some of them. */
function forgetIncomplete(celery: Celery, caches: CacheRegistry): void {
  let isComplete = false;
  celery.transport.onConnection(() => (isComplete = false));
  celery.onSynced(() => {
    if (!isComplete) caches.forget();
    isComplete = true;
  });
}

/** Null for the embedded cluster, which the gateway itself configures. */
function gatewayConfiguration(config: Config): GatewayConfiguration | null {
  const { broker, resultBackend } = config;
  if (broker === null) return null;
  return {
    redis: broker.scheme === 'redis' ? config : null,
    controlExchange: config.controlExchange,
    eventExchange: config.eventExchange,
    defaultQueue: config.defaultQueue,
    readsRedisResults: (resultBackend ?? broker).scheme === 'redis',
  };
}

interface ClusterSource extends AsyncDisposable {
  readonly transport: Transport;
  readonly results: ResultBackend | null;
  /** Where results are stored that cannot be read. */
  readonly unreadableResults?: string | null;
  /** Where it is not for the settings to say. */
  readonly defaultQueue?: string;
}

function openSource(config: Config, log: Logger, redactor: Redactor): ClusterSource {
  const { broker } = config;
  if (broker === null) return startEmbeddedCluster({ log, redaction: redactor.tasks });
  const backend = config.resultBackend ?? broker;
  const results =
    backend.scheme === 'redis'
      ? resultBackends[backend.scheme](backend, config.resultKeyprefix, log, redactor.tasks)
      : null;
  return {
    transport: createTransport(broker, config, log),
    results,
    unreadableResults: backend.scheme === 'unreadable' ? backend.name : null,
    [Symbol.asyncDispose]: async () => undefined, // the cluster's watch closes both
  };
}
