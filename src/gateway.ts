/** The composition root: opens the cluster, builds the server, and owns all that must be closed. */
import { AuditLog } from './access/audit-log.js';
import type { LiveSessions } from './access/live-sessions.js';
import { identityHeaders, openAccess } from './access/open-access.js';
import { openCluster } from './cluster.js';
import type { ClusterOptions, OpenCluster } from './cluster.js';
import type { Config } from './config.js';
import { Disposal } from './disposal.js';
import { warnOfExposedFiles } from './exposed-files.js';
import { Exporter } from './prometheus/exporter.js';
import { Clusters } from './graphql/clusters.js';
import { schema } from './graphql/schema.js';
import type { Services } from './graphql/context.js';
import { readinessOf } from './http/clusters-readiness.js';
import { Readiness } from './http/readiness.js';
import { startHttpServer } from './http/server.js';
import { createGraphQLServer } from './http/yoga.js';
import { withFields } from './log.js';
import type { Logger } from './log.js';
import { redactorOf } from './redactor-of.js';
import { SharedAttempts } from './shared-attempts.js';
import { warnOfSharedNames } from './shared-names.js';
import { ClustersReload } from './reload/clusters-file.js';
import { SettingsFiles } from './reload/settings-files.js';
import type { ReloadableFile } from './reload/settings-files.js';
import { readSettingsFile } from './settings-file.js';
import { parseClustersFile } from './settings/clusters-file.js';
import { openSharedStore } from './shared-level.js';
import { version } from './version.js';

export interface Gateway extends AsyncDisposable {
  /** Of GraphiQL and the API. */
  readonly url: string;
  readonly port: number;
  /** Whether it shows the embedded cluster, and no other. */
  readonly embedded: boolean;
  /** Address of the broker, or of each, without credentials. */
  readonly broker: string;
  /** Reads the files of settings again: who is let in, and who may see which cluster. */
  readonly reload: () => void;
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
  const audit = opened.own(new AuditLog({ log, maxRecords: config.auditSize }));
  const redactor = redactorOf(config);
  const store = openSharedStore(config, log);
  if (store !== null) opened.own(store);
  const attempts = store && new SharedAttempts(store);
  const access = opened.own(await openAccess(config, { audit, log, clock: Date.now, attempts }));
  const clusters = openClusters({ config, log, redactor, opened, store });
  store?.start();
  const { sessions } = access.authenticator;
  const clustersFile = reloadableClusters(config, { clusters, sessions });
  const files = opened.own(
    new SettingsFiles([...access.files, ...clustersFile], { log, clock: Date.now }),
  );
  const services: Services = {
    settingsFiles: () => files.states,
    clusters,
    version,
    startedAt: Date.now(),
    clock: Date.now,
    log,
    audit,
    redact: (value) => redactor.value(value),
    readOnly: config.readOnly,
  };
  const metrics = config.metrics ? new Exporter(services, config) : null;
  const yoga = createGraphQLServer(schema, services, config, {
    operations: metrics?.operations,
    sessions,
    identityHeaders: identityHeaders(config),
  });
  const { host, port } = config;
  const readiness = readinessOf(clusters.all.map((cluster) => new Readiness(cluster)));
  const http = { yoga, access, readiness, metrics, limits: config, host, port, log };
  if (metrics) opened.own(metrics);
  await files.start();
  const server = opened.own(await startHttpServer(http));
  access.announce();
  warnOfExposedFiles(config, log);
  warnOfSharedNames(config.clusters ?? [], access.authenticator.methods, log);
  // Closed first: their streams end, and the server need not wait for them.
  for (const { caches, subscriptions } of clusters.all) {
    opened.own(caches);
    opened.own(subscriptions);
  }
  opened.own(readiness); // before anything else: whoever is still answered is told to go elsewhere
  return {
    url: server.url,
    port: server.port,
    embedded: clusters.all.every(({ embedded }) => embedded),
    broker: clusters.all.map(({ celery }) => celery.transport.address).join(', '),
    reload: () => files.reload(),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** Each with transports, a store, caches and subscribers of its own; one whose broker is down holds up no other. */
function openClusters({
  config,
  log,
  ...options
}: Omit<ClusterOptions, 'clusterName'>): Clusters<OpenCluster> {
  if (config.clusters === null) {
    const cluster = openCluster({ ...options, clusterName: 'default', config, log });
    return new Clusters([{ cluster, visibleTo: null }]);
  }
  return new Clusters(
    config.clusters.map(({ name, visibleTo, config: own }) => {
      const named = withFields(log, { cluster: name });
      const of = { clusterName: name, config: { ...config, ...own }, log: named };
      return { cluster: openCluster({ ...options, ...of }), visibleTo };
    }),
  );
}

/** The file of clusters, where there is one. */
function reloadableClusters(
  config: Config,
  { clusters, sessions }: { readonly clusters: Clusters; readonly sessions: LiveSessions },
): ReloadableFile[] {
  const { clustersFile, clusters: configured } = config;
  if (configured === null) return [];
  const parse = (text: string) => parseClustersFile(text, config, process.env);
  const reload = new ClustersReload({ clusters, configured, sessions, parse });
  const { text } = readSettingsFile(clustersFile);
  const apply = (changed: string) => reload.apply(changed);
  return [{ setting: '--clusters-file', path: clustersFile, text, apply, isConfidential: true }];
}
