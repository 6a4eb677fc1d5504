/**
 * What of the file of clusters takes effect while the gateway runs: who may see which cluster. A cluster that is not in
 * it any more is shown to no caller. All else, connections and stores, is built at the start.
 */
import { isDeepStrictEqual } from 'node:util';
import type { LiveSessions } from '../access/live-sessions.js';
import { maySee } from '../access/visibility.js';
import type { Visibility } from '../access/visibility.js';
import type { Clusters } from '../graphql/clusters.js';
import type { ClusterConfig } from '../settings/cluster.js';
import type { ConfiguredCluster } from '../settings/clusters-file.js';

export interface ClustersReloadOptions {
  readonly clusters: Pick<Clusters, 'show'>;
  /** As at the start. */
  readonly configured: readonly ConfiguredCluster[];
  readonly sessions: LiveSessions;
  /** @throws ConfigError that completes "<setting> ..." */
  readonly parse: (text: string) => readonly ConfiguredCluster[];
}

const noCaller: Visibility = { users: [], roles: [] };

export class ClustersReload {
  readonly #options: ClustersReloadOptions;
  /** By name. */
  readonly #shown: Map<string, Visibility | null>;

  constructor(options: ClustersReloadOptions) {
    this.#options = options;
    this.#shown = new Map(options.configured.map(({ name, visibleTo }) => [name, visibleTo]));
  }

  /**
   * Returns what takes effect only at the next start, such as `shop: broker`.
   * @throws ConfigError, with nothing changed
   */
  apply(text: string): readonly string[] {
    const { clusters, configured, sessions, parse } = this.#options;
    const changed = new Map(parse(text).map((cluster) => [cluster.name, cluster]));
    const before = new Map(this.#shown);
    for (const { name } of configured) {
      const cluster = changed.get(name);
      const visibleTo = cluster === undefined ? noCaller : cluster.visibleTo;
      this.#shown.set(name, visibleTo);
      clusters.show(name, visibleTo);
    }
    sessions.endOf((viewer) =>
      [...before].some(
        ([name, was]) => maySee(viewer, was) && !maySee(viewer, this.#shown.get(name) ?? null),
      ),
    );
    return restartsFor(configured, changed);
  }
}

function restartsFor(
  configured: readonly ConfiguredCluster[],
  changed: ReadonlyMap<string, ConfiguredCluster>,
): readonly string[] {
  const known = new Set(configured.map(({ name }) => name));
  const ofKnown = configured.flatMap(({ name, config }) => {
    const cluster = changed.get(name);
    if (cluster === undefined) return [`${name}: removed`];
    const fields = differences(config, cluster.config);
    return fields.length === 0 ? [] : [`${name}: ${fields.join(', ')}`];
  });
  const added = [...changed.keys()].filter((name) => !known.has(name)).map((name) => `${name}: added`);
  return [...ofKnown, ...added];
}

/** Names of the settings, never what they hold. */
function differences(before: ClusterConfig, now: ClusterConfig): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(now));
  return Object.entries(before).flatMap(([name, value]) =>
    isDeepStrictEqual(value, values.get(name)) ? [] : [name],
  );
}
