/**
 * The clusters that are open now: opens what the configuration names, keeps what has not changed, and closes the rest.
 * What is kept about each cluster elsewhere, such as figures for Prometheus, is attached here and disposed of in time.
 */
import { isDeepStrictEqual } from 'node:util';
import type { OpenCluster } from './open-cluster.js';
import { Disposal } from './disposal.js';
import { Clusters } from './cluster/clusters.js';
import type { Logger } from './log.js';
import type { ClusterConfig } from './config/cluster-config.js';
import type { ConfiguredCluster } from './config/clusters-file.js';

export interface OpenClustersOptions {
  /** Opens one; what must be closed with it is handed over to `resources`. */
  readonly open: (configured: ConfiguredCluster, resources: Disposal) => OpenCluster;
  readonly log: Logger;
}

interface Opened {
  readonly configured: ConfiguredCluster;
  readonly cluster: OpenCluster;
  /** Its connections, and all else that runs for it. */
  readonly resources: Disposal;
  /** What others keep about it. */
  readonly attached: Disposable[];
}

type Attach = (cluster: OpenCluster) => Disposable;

/**
 * @example
 * await using open = new OpenClusters([shop], { open: openCluster, log });
 * open.attach((cluster) => exporter.watch(cluster));
 * open.set([shop, mail]); // mail is opened, shop is left alone
 */
export class OpenClusters implements AsyncDisposable {
  /** As viewers see them. */
  readonly clusters: Clusters<OpenCluster>;
  readonly #options: OpenClustersOptions;
  readonly #attach: Attach[] = [];
  /** Those that are being closed. */
  readonly #closing = new Set<Promise<void>>();
  #opened: readonly Opened[];
  #isStopping = false;

  /** @throws RangeError when there is none, or two of them have one name */
  constructor(configured: readonly ConfiguredCluster[], options: OpenClustersOptions) {
    this.#options = options;
    this.#opened = this.#openAll(configured, []).all;
    this.clusters = new Clusters(this.#opened.map(tenantOf));
  }

  get configured(): readonly ConfiguredCluster[] {
    return this.#opened.map(({ configured }) => configured);
  }

  /** Attaches something to each cluster, now and later; it is disposed of before its cluster is closed. */
  attach(attach: Attach): void {
    this.#attach.push(attach);
    for (const { cluster, attached } of this.#opened) attached.push(attach(cluster));
  }

  /**
   * Makes these the clusters of the gateway. One whose settings are what they were keeps its connections and all that is
   * known of it; one with other settings is opened anew. Resolves when those that left are closed.
   * @throws what opening one of them throws, at once and with nothing changed
   */
  set(configured: readonly ConfiguredCluster[]): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    const before = this.#opened;
    const { all, fresh } = this.#openAll(configured, before);
    this.clusters.set(all.map(tenantOf));
    this.#opened = all;
    for (const { cluster, attached } of fresh)
      for (const attach of this.#attach) attached.push(attach(cluster));
    const kept = new Set(all.map(({ cluster }) => cluster));
    const left = before.filter(({ cluster }) => !kept.has(cluster));
    this.#log(fresh, left);
    return Promise.all(left.map((opened) => this.#close(opened))).then(() => undefined);
  }

  /** Ends all subscriptions and opens nothing any more; the connections go on until all is closed. */
  stop(): void {
    this.#isStopping = true;
    for (const { cluster } of this.#opened) {
      cluster.subscriptions[Symbol.dispose]();
      cluster.caches[Symbol.dispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    for (const { attached } of this.#opened) for (const one of attached) one[Symbol.dispose]();
    const closing = this.#opened.map(({ resources }) => resources[Symbol.asyncDispose]());
    const ended = await Promise.allSettled([...closing, ...this.#closing]);
    const failed = ended.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /**
   * @param before those that are kept where their settings are the same
   * @throws what the opening of one throws, with none of them left open
   */
  #openAll(
    configured: readonly ConfiguredCluster[],
    before: readonly Opened[],
  ): { readonly all: readonly Opened[]; readonly fresh: readonly Opened[] } {
    const known = new Map(before.map((opened) => [opened.configured.name, opened]));
    const fresh: Opened[] = [];
    const all = configured.map((one) => {
      const opened = known.get(one.name);
      if (opened !== undefined && differences(opened.configured.config, one.config).length === 0)
        return { ...opened, configured: one };
      const resources = new Disposal();
      try {
        const cluster = this.#options.open(one, resources);
        const added: Opened = { configured: one, cluster, resources, attached: [] };
        fresh.push(added);
        return added;
      } catch (error) {
        void this.#closed(one.name, resources);
        for (const each of fresh) void this.#close(each);
        throw error;
      }
    });
    return { all, fresh };
  }

  /** What runs against it ends at once with an error; the broker is left in the background. */
  #close({ configured, cluster, resources, attached }: Opened): Promise<void> {
    for (const one of attached) one[Symbol.dispose]();
    const closed = this.#closed(configured.name, resources);
    cluster.subscriptions.close();
    cluster.caches.forget();
    cluster.caches[Symbol.dispose]();
    return closed;
  }

  /** Never rejects. */
  #closed(cluster: string, resources: Disposal): Promise<void> {
    const closing = resources[Symbol.asyncDispose]()
      .catch((error: unknown) => {
        this.#options.log.warn('closing a cluster failed', { cluster, error });
      })
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    return closing;
  }

  #log(fresh: readonly Opened[], left: readonly Opened[]): void {
    const { log } = this.#options;
    const former = new Map(left.map(({ configured }) => [configured.name, configured.config]));
    for (const { configured } of fresh) {
      const { name, config } = configured;
      const before = former.get(name);
      if (before === undefined) log.info('cluster added', { cluster: name });
      else
        log.warn('cluster reopened with new settings, its task history is lost', {
          cluster: name,
          settings: differences(before, config),
        });
      former.delete(name);
    }
    for (const name of former.keys()) log.info('cluster removed', { cluster: name });
  }
}

function tenantOf({ cluster, configured: { visibleTo } }: Opened) {
  return { cluster, visibleTo };
}

/** Names of the settings, never what they hold. */
function differences(before: ClusterConfig, now: ClusterConfig): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(now));
  return Object.entries(before).flatMap(([name, value]) =>
    isDeepStrictEqual(value, values.get(name)) ? [] : [name],
  );
}
