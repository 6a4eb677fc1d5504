/** The composition root: opens the cluster, builds the server, and owns all that must be closed. */
import { AuditLog } from './access/audit-log.js';
import type { LiveSessions } from './access/live-sessions.js';
import { identityHeaders, openAccess } from './access/open-access.js';
import { openCluster } from './open-cluster.js';
import type { ClusterOptions } from './open-cluster.js';
import type { Config } from './config/config.js';
import { Disposal } from './disposal.js';
import { warnOfExposedFiles } from './config/exposed-files.js';
import { Exporter } from './prometheus/exporter.js';
import { federated } from './graphql/federation.js';
import { schema } from './graphql/schema.js';
import type { Services } from './graphql/context.js';
import { ClustersReadiness } from './cluster/clusters-readiness.js';
import { Readiness } from './cluster/readiness.js';
import { startHttpServer } from './http/server.js';
import { KeptAnswers } from './http/kept/kept-answers.js';
import { createGraphQLServer } from './http/yoga.js';
import { withFields } from './log.js';
import type { Logger } from './log.js';
import { OpenClusters } from './open-clusters.js';
import { redactorOf } from './config/rows/redaction.js';
import { SharedAttempts } from './cluster/shared-attempts.js';
import { warnOfSharedNames } from './access/shared-names.js';
import { ClustersReload } from './reload/clusters-file.js';
import { SettingsFiles } from './reload/settings-files.js';
import type { ReloadableFile } from './reload/settings-files.js';
import { readSettingsFile } from './settings-file.js';
import { parseClustersFile } from './config/clusters-file.js';
import { openSharedStore } from './cluster/open-shared-cache.js';
import { version } from './version.js';

export interface Gateway extends AsyncDisposable {
  /** Of GraphiQL and the API. */
  readonly url: string;
  readonly port: number;
  /** Whether it shows the embedded cluster, and no other. */
  readonly embedded: boolean;
  /** Address of the broker, or of each, without credentials. */
  readonly broker: string;
  /** Reads the files of settings again: who is let in, which clusters there are, and who may see them. */
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
  const open = opened.own(openClusters({ config, log, redactor, store }));
  const { clusters } = open;
  store?.start();
  const { sessions } = access.authenticator;
  const clustersFile = reloadableClusters(config, { open, sessions });
  const files = opened.own(
    new SettingsFiles([...access.files, ...clustersFile], { log, clock: Date.now }),
  );
  const kept = config.keptAnswers ? opened.own(new KeptAnswers()) : null;
  const services: Services = {
    ...(kept && { keptAnswers: () => kept.stats }),
    ...(files.states.length > 0 && { settingsFiles: () => files.states }),
    clusters,
    version,
    startedAt: Date.now(),
    clock: Date.now,
    log,
    audit,
    redact: (value) => redactor.value(value),
    readOnly: config.readOnly,
  };
  const stopping = new AbortController();
  const metrics = config.metrics ? new Exporter(services, config) : null;
  if (metrics) open.attach((cluster) => metrics.watch(cluster));
  const served = config.federation ? federated(schema, config) : schema;
  const yoga = createGraphQLServer(served, services, config, {
    operations: metrics?.operations,
    sessions,
    identityHeaders: identityHeaders(config),
    stopping: stopping.signal,
    keepsAnswers: kept !== null,
  });
  const { host, port } = config;
  const readiness = new ClustersReadiness();
  open.attach((cluster) => readiness.add(new Readiness(cluster)));
  const http = { yoga, access, readiness, metrics, limits: config, host, port, log, kept };
  await files.start();
  const server = opened.own(await startHttpServer({ ...http, stopping: stopping.signal }));
  access.announce();
  warnOfExposedFiles(config, log);
  warnOfSharedNames(config.clusters ?? [], access.authenticator.methods, log);
  // First, so that their streams end and the server need not wait for them.
  opened.own({ [Symbol.dispose]: () => open.stop() });
  opened.own({ [Symbol.dispose]: () => stopping.abort() }); // clients learn that their streams are interrupted
  opened.own(readiness); // before anything else: balancers send new requests to other replicas
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
}: Omit<ClusterOptions, 'clusterName' | 'opened'>): OpenClusters {
  const isOne = config.clusters === null;
  return new OpenClusters(config.clusters ?? [{ name: 'default', visibleTo: null, config }], {
    log,
    open: ({ name, config: own }, opened) =>
      openCluster({
        ...options,
        opened,
        clusterName: name,
        config: { ...config, ...own },
        log: isOne ? log : withFields(log, { cluster: name }),
      }),
  });
}

/** The file of clusters, where there is one. */
function reloadableClusters(
  config: Config,
  { open, sessions }: { readonly open: OpenClusters; readonly sessions: LiveSessions },
): ReloadableFile[] {
  const { clustersFile, clusters } = config;
  if (clusters === null) return [];
  const parse = (text: string) => parseClustersFile(text, config, process.env);
  const reload = new ClustersReload({ open, sessions, parse });
  const { text } = readSettingsFile(clustersFile);
  const apply = (changed: string) => reload.apply(changed);
  return [{ setting: '--clusters-file', path: clustersFile, text, apply, isConfidential: true }];
}
