/**
 * What `GET /metrics` shows: a picture of every cluster that the scraper may see, and of the gateway. Whatever is slow,
 * away or too much costs its own series and no others.
 */
import type { Viewer } from '../access/viewer.js';
import type { KeptAnswersStats } from '../cache/kept-answers-stats.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Clusters } from '../cluster/clusters.js';
import type { SettingsFileState } from '../settings-file.js';
import { slices } from '../slices.js';
import { addCaches, addKeptAnswers, addSharedCache } from './cache-families.js';
import { addCluster } from './cluster-families.js';
import { ClusterCollector } from './cluster-collector.js';
import { Scrape } from './exposition.js';
import type { Format } from './text-format.js';
import { OperationTally } from './operation-tally.js';
import { addProcess, watchProcess } from './process-metrics.js';
import { addQueues } from './queue-families.js';
import type { TaskLabels } from './task-labels.js';
import { addWorkers } from './worker-families.js';

/** Milliseconds that the figures of one cluster take. */
const clusterMs = 4;

/** The part of the settings that it keeps. */
export interface MetricsLimits {
  readonly metricsTaskLabels: TaskLabels;
  /** Series of each cluster: names and queues of tasks, workers, and queues. */
  readonly metricsMaxTasks: number;
  readonly metricsMaxWorkers: number;
  readonly metricsMaxQueues: number;
  /** Of the histograms of tasks: upper bounds in seconds, ascending. */
  readonly metricsBuckets: readonly number[];
}

/** The part of the gateway that it shows. */
export interface ExportedGateway {
  readonly version: string;
  readonly clusters: Clusters;
  /** Files that are read again when they change; none where it is left out. */
  readonly settingsFiles?: () => readonly SettingsFileState[];
  /** Figures of the answers that are kept; left out where none are. */
  readonly keptAnswers?: () => KeptAnswersStats;
}

export class Exporter {
  readonly operations = new OperationTally();
  readonly #gateway: ExportedGateway;
  readonly #limits: MetricsLimits;
  /** Of the clusters that are open. */
  readonly #watches = new Map<Cluster, ClusterCollector>();
  /** How often that has changed. */
  #changes = 0;
  /** Scrapes of a moment share one. */
  readonly #running = new Map<string, Promise<string>>();

  constructor(gateway: ExportedGateway, limits: MetricsLimits) {
    this.#gateway = gateway;
    this.#limits = limits;
    watchProcess();
  }

  /** Counts what happens in the cluster from now on, and shows it until what is returned is disposed of. */
  watch(cluster: Cluster): Disposable {
    const { metricsTaskLabels, metricsMaxTasks, metricsBuckets } = this.#limits;
    const watch = new ClusterCollector(cluster, {
      byName: metricsTaskLabels.includes('name'),
      byQueue: metricsTaskLabels.includes('queue'),
      maxSeries: metricsMaxTasks,
      bounds: metricsBuckets,
    });
    this.#watches.set(cluster, watch);
    this.#changes++;
    return {
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        this.#watches.delete(cluster);
        this.#changes++;
      },
    };
  }

  /** Never rejects because of a cluster. */
  text(format: Format, viewer: Viewer): Promise<string> {
    const seen = this.#gateway.clusters.visibleTo(viewer);
    const watches = seen.flatMap((cluster) => this.#watches.get(cluster) ?? []);
    const names = watches.map(({ cluster }) => cluster.clusterName);
    const key = JSON.stringify([format, this.#changes, ...names]);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const scrape = this.#scrape(format, watches).finally(() => this.#running.delete(key));
    this.#running.set(key, scrape);
    return scrape;
  }

  async #scrape(format: Format, watches: readonly ClusterCollector[]): Promise<string> {
    const { metricsMaxWorkers, metricsMaxQueues } = this.#limits;
    const { version, settingsFiles, keptAnswers } = this.#gateway;
    const scrape = new Scrape();
    scrape.add('build_info', { version, node: process.version }, 1);
    for (const { setting, error, loadedAt } of settingsFiles?.() ?? []) {
      scrape.add('settings_file_current', { setting }, error === null ? 1 : 0);
      scrape.add('settings_file_loaded_timestamp_seconds', { setting }, loadedAt / 1000);
    }
    await Promise.all(
      watches.flatMap((watch) => [
        addWorkers(scrape, watch, metricsMaxWorkers),
        addQueues(scrape, watch, metricsMaxQueues),
      ]),
    );
    for (const watch of watches) {
      await slices.reserve(clusterMs);
      addCluster(scrape, watch);
      addCaches(scrape, watch);
      addSharedCache(scrape, watch);
    }
    if (keptAnswers) addKeptAnswers(scrape, keptAnswers());
    this.operations.addTo(scrape);
    await addProcess(scrape);
    return scrape.text(format);
  }
}
