/** What may change between two requests: the time, the cluster, the caches, and the files of settings. */
import { roles } from '../../../src/access/viewer.js';
import type { Random } from '../../../src/demo/random.js';
import { start, task, worker } from '../../unit/celery/events/cluster.js';
import { pick } from './twin-requests.js';
import type { TwinGateways } from './twin-gateways.js';
import {
  authFile,
  brokers,
  clusterNames,
  clustersFile,
  initialClusters,
  initiallyGranted,
} from './twin-settings.js';
import type { ClusterEntry, Granted } from './twin-settings.js';

const cacheNames = [
  'task_status',
  'worker_status',
  'queue_status',
  'metrics_summary',
  'health_check',
] as const;

export interface TwinChangesOptions {
  readonly random: Random;
  readonly twins: TwinGateways;
  /** Of carl's password. */
  readonly passwordHash: string;
}

export class TwinChanges {
  readonly #random: Random;
  readonly #twins: TwinGateways;
  readonly #passwordHash: string;
  #clusters = initialClusters;
  #granted = initiallyGranted;
  readonly #all: readonly (() => void | Promise<void>)[];

  constructor({ random, twins, passwordHash }: TwinChangesOptions) {
    this.#random = random;
    this.#twins = twins;
    this.#passwordHash = passwordHash;
    const event = (verb: string, fields: Record<string, unknown> = {}): void =>
      this.#deliver(task(verb, `t${Math.floor(random() * 8)}`, this.#seconds, fields));
    const wait = (milliseconds: number): void => void (twins.time.now += milliseconds);
    this.#all = [
      () => wait(1),
      () => wait(Math.floor(random() * 400)),
      () => wait(pick(random, [999, 1_000, 1_001, 1_999, 2_000, 4_999, 5_000, 5_001])),
      () => event('received', { name: pick(random, ['add', 'mul']), args: '()', kwargs: '{}' }),
      () => event('started'),
      () => event('succeeded', { result: `'${Math.floor(random() * 5)}'`, runtime: 0.5 }),
      () => event('failed', { exception: 'Boom()' }),
      () =>
        this.#deliver(
          worker('heartbeat', this.#seconds, { hostname: pick(random, ['w1@host', 'w2@host']) }),
        ),
      () => this.#deliver(worker('offline', this.#seconds, { hostname: 'w2@host' })),
      () => {
        const name = pick(random, cacheNames);
        twins.change(({ caches }) => void caches.invalidate({ name }));
      },
      () => twins.change(({ caches }) => void caches.get('task_status').evictChanged('counts')),
      () => twins.change(({ caches }) => void caches.sweep()),
      () => this.#replaceEntries(),
      () => this.#replaceEntries(),
      () => this.#grant(),
      () => this.#reloadClusters(),
    ];
  }

  async one(): Promise<void> {
    await pick(this.#random, this.#all)();
    // Not when a timer of each looks for it.
    this.#twins.change(({ celery }) => celery.state.lookForSilence());
  }

  get #seconds(): number {
    return (this.#twins.time.now - start) / 1_000;
  }

  #deliver(event: Readonly<Record<string, unknown>>): void {
    this.#twins.deliver(pick(this.#random, brokers), [event]);
  }

  /** By others of the same millisecond, with other values. */
  async #replaceEntries(): Promise<void> {
    const id = `t${Math.floor(this.#random() * 1_000)}`;
    for (const broker of brokers)
      this.#twins.deliver(broker, [task('received', id, this.#seconds, { name: 'add' })]);
    for (const { name } of this.#clusters)
      await this.#twins.send({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `{ taskStatus(cluster: "${name}", useCache: false) { total } workers(cluster: "${name}", useCache: false) { totalCount } }`,
        }),
        client: -9,
      });
  }

  #grant(): void {
    const random = this.#random;
    const granted: Granted = {
      ...this.#granted,
      [pick(random, ['anna', 'bert', 'carl'])]: random() < 0.1 ? null : pick(random, roles),
    };
    const withdrawn = Object.values(granted).filter((role) => role === null).length;
    this.#granted = withdrawn > 1 ? initiallyGranted : granted;
    this.#twins.reloadAccess(authFile(this.#granted, this.#passwordHash));
  }

  async #reloadClusters(): Promise<void> {
    this.#clusters = this.#otherClusters();
    await this.#twins.reloadClusters(clustersFile(this.#clusters));
  }

  /** One is added, removed, renamed, redirected, moved to the front or shown to others; or all is as at the start. */
  #otherClusters(): readonly ClusterEntry[] {
    const random = this.#random;
    const clusters = this.#clusters;
    const index = Math.floor(random() * clusters.length);
    const others = clusters.filter((_, at) => at !== index);
    const chosen = clusters[index] ?? pick(random, clusters);
    const free = clusterNames.filter((name) => clusters.every((cluster) => cluster.name !== name));
    const replaced = (change: Partial<ClusterEntry>): readonly ClusterEntry[] =>
      clusters.map((cluster, at) => (at === index ? { ...cluster, ...change } : cluster));
    switch (
      pick(random, ['add', 'remove', 'rename', 'redirect', 'move', 'show', 'reset', 'reset'] as const)
    ) {
      case 'add':
        if (free.length === 0) return others;
        return [
          ...clusters,
          { name: pick(random, free), broker: pick(random, brokers), visibleTo: null },
        ];
      case 'remove':
        return others.length === 0 ? clusters : others;
      case 'rename':
        return free.length === 0 ? clusters : replaced({ name: pick(random, free) });
      case 'redirect':
        return replaced({ broker: pick(random, brokers) });
      case 'move':
        return [chosen, ...others];
      case 'show':
        return replaced({
          visibleTo: pick(random, [null, ['admin'], ['operator', 'admin'], ['viewer']]),
        });
      case 'reset':
        return initialClusters;
    }
  }
}
