/** The composition root: builds the cluster's watch, the caches and the server, and owns all that must be closed. */
import { AuditLog } from './access/audit-log.js';
import { openAccess } from './access/open-access.js';
import { CacheRegistry } from './cache/cache-registry.js';
import { Celery } from './celery/celery.js';
import type { Redactor } from './celery/redaction/redactor.js';
import { createTransport, resultBackends } from './celery/transport/index.js';
import type { ResultBackend, Transport } from './celery/transport/transport.js';
import type { Config } from './config.js';
import { Disposal } from './disposal.js';
import { startEmbeddedCluster } from './demo/cluster.js';
import { LateEffects } from './graphql/controls/invalidations.js';
import { createResultLoader } from './graphql/loaders.js';
import { defaultWindow } from './graphql/metrics.js';
import { schema } from './graphql/schema.js';
import { Subscriptions } from './graphql/subscriptions/subscriptions.js';
import type { Services } from './graphql/context.js';
import { WarmUp } from './graphql/warm-up.js';
import { Readiness } from './http/readiness.js';
import { startHttpServer } from './http/server.js';
import { createGraphQLServer } from './http/yoga.js';
import type { Logger } from './log.js';
import { redactorOf } from './redactor-of.js';
import { version } from './version.js';

export interface Gateway extends AsyncDisposable {
  /** Of GraphiQL and the API. */
  readonly url: string;
  readonly port: number;
  /** Whether it shows the embedded cluster. */
  readonly embedded: boolean;
  /** Address of the broker, without credentials. */
  readonly broker: string;
}

/**
 * Connects in the background and listens at once: a broker that is down is answered for with typed errors.
 * @throws ConfigError when it would let in more than the settings mean to
 * @throws NodeJS.ErrnoException such as EADDRINUSE when it cannot listen; nothing is left open then.
 */
export async function startGateway(config: Config, log: Logger): Promise<Gateway> {
  const opened = new Disposal();
  try {
    return await open(config, log, opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

async function open(config: Config, log: Logger, opened: Disposal): Promise<Gateway> {
  const audit = new AuditLog({ log, maxRecords: config.auditSize });
  const access = await openAccess(config, { audit, log, clock: Date.now });
  const redactor = redactorOf(config);
  const source = opened.own(openCluster(config, log, redactor));
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
      maxTasks: config.maxTasks,
      maxTaskBytes: config.maxTaskBytes,
    }),
  );
  const caches = new CacheRegistry({ overrides: config.caches });
  // A loss shows in `health` at once, while answers from before it live out their time with their age on them;
  // after it nothing from before, and no error from meanwhile, is what a reader expects.
  celery.transport.onConnection(({ connected }) =>
    caches.invalidate(connected ? {} : { name: 'health_check' }),
  );
  celery.gaps.onChange(() => caches.invalidate({ name: 'health_check' }));
  const loading = { celery, caches, resultLoader: createResultLoader(celery) };
  const warmUp = opened.own(new WarmUp({ ...loading, log, windowSeconds: defaultWindow }));
  warmUp.start();
  celery.start();
  const subscriptions = new Subscriptions({ celery, maxItems: config.subscriptionBuffer });

  const services: Services = {
    ...loading,
    version,
    startedAt: celery.clock(),
    embedded: config.broker === null,
    log,
    subscriptions,
    lateEffects: new LateEffects(celery.state, caches),
    audit,
    redact: (value) => redactor.value(value),
    readOnly: config.readOnly,
  };
  const yoga = createGraphQLServer(schema, services, config);
  const { host, port } = config;
  const readiness = new Readiness({ celery, warmUp });
  const http = { yoga, access, readiness, limits: config, host, port, log };
  const server = opened.own(await startHttpServer(http));
  access.announce();
  // Closed first: their streams end, and the server need not wait for them.
  opened.own(caches);
  opened.own(subscriptions);
  opened.own(readiness); // before anything else: whoever is still answered is told to go elsewhere
  return {
    url: server.url,
    port: server.port,
    embedded: services.embedded,
    broker: celery.transport.address,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
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

function openCluster(config: Config, log: Logger, redactor: Redactor): ClusterSource {
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
