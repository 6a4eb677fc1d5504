/**
 * What `GET /metrics` shows: a picture of every cluster that the scraper may see, and of the gateway. Whatever is slow,
 * away or too much costs its own series and no others.
 */
import type { Viewer } from '../access/viewer.js';
import type { Services } from '../graphql/context.js';
import { addCaches, addSharedCache } from './cache-families.js';
import { addCluster } from './cluster-families.js';
import { ClusterWatch } from './cluster-watch.js';
import { Scrape } from './exposition.js';
import type { Format } from './exposition.js';
import { OperationTally } from './operation-tally.js';
import { addProcess, watchProcess } from './process-metrics.js';
import { addQueues } from './queue-families.js';
import type { TaskLabels } from './task-labels.js';
import { addWorkers } from './worker-families.js';

/** The part of the settings that it keeps. */
export interface MetricsLimits {
  readonly metricsTaskLabels: TaskLabels;
  /** Names and queues of tasks that are told apart, workers, and queues; of each cluster. */
  readonly metricsMaxTasks: number;
  readonly metricsMaxWorkers: number;
  readonly metricsMaxQueues: number;
  /** Of the histograms of tasks: upper bounds in seconds, ascending. */
  readonly metricsBuckets: readonly number[];
}

export class Exporter implements Disposable {
  readonly operations = new OperationTally();
  readonly #services: Pick<Services, 'clusters' | 'version' | 'settingsFiles'>;
  readonly #limits: MetricsLimits;
  readonly #watches: readonly ClusterWatch[];
  /** Scrapes of a moment share one. */
  readonly #running = new Map<string, Promise<string>>();

  constructor(
    services: Pick<Services, 'clusters' | 'version' | 'settingsFiles'>,
    limits: MetricsLimits,
  ) {
    this.#services = services;
    this.#limits = limits;
    const told = {
      byName: limits.metricsTaskLabels.includes('name'),
      byQueue: limits.metricsTaskLabels.includes('queue'),
      maxSeries: limits.metricsMaxTasks,
      bounds: limits.metricsBuckets,
    };
    this.#watches = services.clusters.all.map((cluster) => new ClusterWatch(cluster, told));
    watchProcess();
  }

  /** Never rejects because of a cluster. */
  text(format: Format, viewer: Viewer): Promise<string> {
    const seen = this.#services.clusters.visibleTo(viewer);
    const watches = this.#watches.filter(({ cluster }) => seen.includes(cluster));
    const key = JSON.stringify([format, ...watches.map(({ cluster }) => cluster.clusterName)]);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const scrape = this.#scrape(format, watches).finally(() => this.#running.delete(key));
    this.#running.set(key, scrape);
    return scrape;
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }

  async #scrape(format: Format, watches: readonly ClusterWatch[]): Promise<string> {
    const { metricsMaxWorkers, metricsMaxQueues } = this.#limits;
    const { version, settingsFiles } = this.#services;
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
      addCluster(scrape, watch);
      addCaches(scrape, watch);
      addSharedCache(scrape, watch);
    }
    this.operations.addTo(scrape);
    await addProcess(scrape);
    return scrape.text(format);
  }
}
