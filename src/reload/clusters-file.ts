/**
 * Puts a changed file of clusters in force: which clusters there are, how each is watched, and who may see it. Sessions of
 * callers who may see less of what stays end; subscriptions to a cluster that is gone end with the cluster.
 */
import type { LiveSessions } from '../access/live-sessions.js';
import { maySee } from '../access/visibility.js';
import type { OpenClusters } from '../open-clusters.js';
import type { ConfiguredCluster } from '../config/clusters-file.js';

export interface ClustersReloadOptions {
  readonly open: Pick<OpenClusters, 'configured' | 'set'>;
  readonly sessions: LiveSessions;
  /** @throws ConfigError that completes "<setting> ..." */
  readonly parse: (text: string) => readonly ConfiguredCluster[];
}

export class ClustersReload {
  readonly #options: ClustersReloadOptions;

  constructor(options: ClustersReloadOptions) {
    this.#options = options;
  }

  /** @throws ConfigError, with nothing changed */
  apply(text: string): void {
    const { open, sessions, parse } = this.#options;
    const configured = parse(text);
    const before = new Map(open.configured.map(({ name, visibleTo }) => [name, visibleTo]));
    void open.set(configured); // what leaves is closed in the background
    sessions.endOf((viewer) =>
      configured.some(({ name, visibleTo }) => {
        const former = before.get(name);
        return former !== undefined && maySee(viewer, former) && !maySee(viewer, visibleTo);
      }),
    );
  }
}
