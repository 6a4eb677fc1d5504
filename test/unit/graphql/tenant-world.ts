/**
 * A gateway of three clusters, and for each of them a twin: the same cluster alone in a gateway of its own, with the same
 * events and the same requests. Data that crosses from one cluster to another makes a cluster differ from its twin.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { execute, parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { AuditLog } from '../../../src/access/audit-log.js';
import type { Viewer } from '../../../src/access/viewer.js';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { Celery } from '../../../src/celery/celery.js';
import { MemoryBus } from '../../../src/celery/transport/memory/memory-bus.js';
import { MemoryTransport } from '../../../src/celery/transport/memory/memory.js';
import { EventDispatcher } from '../../../src/demo/event-dispatcher.js';
import { LamportClock } from '../../../src/demo/lamport-clock.js';
import { Disposal } from '../../../src/disposal.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { bareCluster } from '../cluster/bare-cluster.js';
import { Clusters } from '../../../src/cluster/clusters.js';
import { createContext } from '../../../src/graphql/context.js';
import type { Services } from '../../../src/graphql/context.js';
import { DelayedInvalidations } from '../../../src/cluster/delayed-invalidations.js';
import { schema } from '../../../src/graphql/schema.js';
import { Subscriptions } from '../../../src/cluster/subscriptions.js';
import { silentLogger } from '../../../src/log.js';

export const names = ['a', 'b', 'c'] as const;
export type Name = (typeof names)[number];

/** Who sees which, in the order of the configuration. */
export const sees = { ab: ['a', 'b'], bc: ['b', 'c'], none: [] } as const satisfies Record<
  string,
  readonly Name[]
>;
export type Who = keyof typeof sees;

interface Watched {
  readonly cluster: Cluster;
  readonly events: EventDispatcher;
}

export interface Answer {
  readonly data: unknown;
  readonly errors: readonly { readonly message: string; readonly path: string }[];
  /** What was read, in any order; without the cluster's name. */
  readonly reads: readonly string[];
  readonly clusters: readonly string[];
}

export class TenantWorld implements AsyncDisposable {
  readonly clock = { now: Date.UTC(2024, 0, 1) };
  readonly #opened = new Disposal();
  readonly #tenants: ReadonlyMap<Name, Watched>;
  readonly #twins: ReadonlyMap<Name, Watched>;
  readonly #gateway: Services;
  readonly #gatewaysOfTwins: ReadonlyMap<Name, Services>;

  constructor() {
    const open = () => new Map(names.map((name) => [name, this.#watch(name)] as const));
    this.#tenants = open();
    this.#twins = open();
    const who = Object.entries(sees) as [Who, readonly Name[]][];
    this.#gateway = this.#services(
      new Clusters(
        [...this.#tenants].map(([name, { cluster }]) => {
          const users = who.filter(([, seen]) => seen.includes(name)).map(([user]) => user);
          return { cluster, visibleTo: { users, roles: [] } };
        }),
      ),
    );
    this.#gatewaysOfTwins = new Map(
      [...this.#twins].map(([name, { cluster }]) => [
        name,
        this.#services(new Clusters([{ cluster, visibleTo: null }])),
      ]),
    );
  }

  get #all(): readonly Watched[] {
    return [...this.#tenants.values(), ...this.#twins.values()];
  }

  async ready(): Promise<void> {
    await this.#until(() => this.#all.every(({ cluster }) => cluster.celery.isSynced));
    for (const { cluster } of this.#all) cluster.caches.invalidate();
  }

  /** A task that runs in one cluster. */
  async event(name: Name, number: number): Promise<void> {
    const both = [this.#tenants.get(name), this.#twins.get(name)].flatMap((one) => one ?? []);
    const received = both.map(({ cluster }) => cluster.celery.events.counters.received);
    for (const { events, cluster } of both) {
      if (!cluster.celery.transport.connection.connected) return;
      const task = { uuid: `task-${number}-of-${name}`, name: `${name}.work`, args: `('${name}',)` };
      events.send('task-received', { ...task, kwargs: '{}', retries: 0, eta: null, expires: null });
    }
    await this.#until(() =>
      both.every(({ cluster }, at) => cluster.celery.events.counters.received > (received[at] ?? 0)),
    );
  }

  async lose(name: Name): Promise<void> {
    for (const { cluster } of [this.#tenants.get(name), this.#twins.get(name)].flatMap(
      (one) => one ?? [],
    ))
      await cluster.celery.transport[Symbol.asyncDispose]();
  }

  /** Of the gateway of all. */
  ask(who: Who, text: string): Promise<Answer> {
    return answerTo(this.#gateway, who, text);
  }

  /** Of the twin alone. */
  askTwin(name: Name, text: string): Promise<Answer> {
    const services = this.#gatewaysOfTwins.get(name);
    if (!services) throw new Error(`There is no ${name}`);
    return answerTo(services, 'ab', text);
  }

  /** Everything that a subscriber gets, until it is stopped. */
  async listen(who: Who, text: string): Promise<{ stop(): Promise<readonly unknown[]> }> {
    const contextValue = createContext(this.#gateway, caller(who), new CacheStatus());
    const stream = await subscribe({ schema, document: parse(text), contextValue });
    if (!(Symbol.asyncIterator in stream)) return { stop: async () => [stream] };
    const items: unknown[] = [];
    const reading = (async () => {
      for await (const item of stream) items.push(item);
    })();
    return {
      stop: async () => {
        await turn();
        await stream.return(undefined);
        await reading;
        return items;
      },
    };
  }

  /** All that is counted of a cluster, and of its twin. */
  figures(name: Name): readonly [unknown, unknown] {
    const of = (watched: Watched | undefined): unknown => {
      if (!watched) throw new Error(`There is no ${name}`);
      const { caches, celery, subscriptions } = watched.cluster;
      const { caches: reports, summary } = caches.report();
      const { active } = subscriptions.stats;
      return { reports, summary, counts: celery.state.counts(), events: celery.events.counters, active };
    };
    return [of(this.#tenants.get(name)), of(this.#twins.get(name))];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  async #until(holds: () => boolean): Promise<void> {
    for (let turns = 0; !holds(); turns++) {
      if (turns > 100_000) throw new Error('it did not come about');
      await turn();
    }
  }

  #watch(clusterName: Name): Watched {
    const bus = new MemoryBus();
    const clock = (): number => this.clock.now;
    const transport = new MemoryTransport(bus, { now: clock });
    const limits = { inspectTimeout: 50, queues: [], maxTasks: 1_000, maxTaskBytes: 1e7 };
    const options = { transport, results: null, log: silentLogger, clock, ...limits };
    const celery = this.#opened.own(new Celery(options));
    const caches = this.#opened.own(new CacheRegistry({ clock }));
    const subscriptions = this.#opened.own(new Subscriptions({ celery, maxItems: 1_000 }));
    celery.start();
    const watched = { clusterName, embedded: true, celery, caches, resultLoader: null };
    const hostname = `worker@${clusterName}`;
    return {
      cluster: {
        ...bareCluster, // nothing is loaded that a test did not ask for
        ...{
          ...watched,
          subscriptions,
          delayedInvalidations: new DelayedInvalidations(celery.state, caches),
        },
      },
      events: new EventDispatcher({ bus, hostname, clock: new LamportClock(), now: clock }),
    };
  }

  #services(clusters: Clusters): Services {
    const log = silentLogger;
    return {
      ...{ clusters, version: '1', startedAt: 0, clock: () => this.clock.now, log, readOnly: false },
      ...{ audit: new AuditLog({ log, maxRecords: 10 }), redact: (value: unknown) => value },
    };
  }
}

function caller(name: Who): { viewer: Viewer; clientAddress: null } {
  return {
    viewer: { name, role: 'admin', method: 'bearer', expiresAt: null },
    clientAddress: null,
  };
}

async function answerTo(services: Services, who: Who, text: string): Promise<Answer> {
  const status = new CacheStatus();
  const contextValue = createContext(services, caller(who), status);
  const result: ExecutionResult = await execute({ schema, document: parse(text), contextValue });
  const { data, errors = [] } = result;
  const entries = status.entries.map(({ cluster, ...entry }) => ({
    cluster,
    text: JSON.stringify(entry),
  }));
  return {
    data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
    errors: errors.map(({ message, path }) => ({ message, path: path?.join('.') ?? '' })),
    reads: entries.map((entry) => entry.text).sort(),
    clusters: [...new Set(entries.flatMap(({ cluster }) => cluster ?? []))].sort(),
  };
}
