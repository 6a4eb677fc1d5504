/** A gateway on a scripted broker with a result backend of its own, and every way in which a client reads its tasks. */
import { setImmediate as turn } from 'node:timers/promises';
import { execute, parse, subscribe, type DocumentNode, type ExecutionResult } from 'graphql';
import { AuditLog } from '../../../src/access/audit-log.js';
import { anonymous } from '../../../src/access/viewer.js';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { Celery } from '../../../src/celery/celery.js';
import { parseTaskMeta } from '../../../src/celery/results/results.js';
import type { ControlRequest, ResultBackend } from '../../../src/celery/transport/transport.js';
import { readConfig } from '../../../src/config/config.js';
import { Disposal } from '../../../src/disposal.js';
import { bareCluster } from '../cluster/bare-cluster.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { Clusters } from '../../../src/cluster/clusters.js';
import { createContext, type Services } from '../../../src/graphql/context.js';
import { createResultLoader } from '../../../src/cluster/result-loader.js';
import { schema } from '../../../src/graphql/schema.js';
import { Subscriptions } from '../../../src/cluster/subscriptions.js';
import { silentLogger } from '../../../src/log.js';
import { Exporter } from '../../../src/prometheus/exporter.js';
import { samplesOf } from '../../support/exposition.js';
import { envelopeOf, rawMessage, type EventBody } from '../celery/events/cluster.js';
import { ScriptedTransport } from '../celery/scripted-transport.js';

/** Workers answer at once that they know no such command. */
class AnsweringTransport extends ScriptedTransport {
  readonly hostnames = new Set<string>();

  override async publishRequest(request: ControlRequest): Promise<number | null> {
    const { ticket } = request;
    const answer = (): void => {
      for (const hostname of this.hostnames) this.reply(hostname, { error: 'unknown' }, ticket ?? '');
    };
    this.receivers = this.hostnames.size;
    setImmediate(answer);
    return super.publishRequest(request);
  }
}

/** What is stored under the ids of tasks, as JSON. */
class StoredResults implements ResultBackend {
  readonly address = 'stored';
  readonly stored = new Map<string, string>();

  async fetch(ids: readonly string[]) {
    return ids.map((id) => parseTaskMeta(id, this.stored.get(id) ?? 'null'));
  }

  async ping(): Promise<void> {
    // Always there.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing was opened.
  }
}

const documents = new Map<string, DocumentNode>();

function parsed(text: string): DocumentNode {
  const document = documents.get(text) ?? parse(text);
  documents.set(text, document);
  return document;
}

export class ReadingsWorld implements AsyncDisposable {
  readonly clock: { now: number };
  readonly celery: Celery;
  readonly results = new StoredResults();
  readonly #transport = new AnsweringTransport();
  readonly #opened = new Disposal();
  readonly #services: Services;
  readonly #exporter: Exporter;

  /** @param now epoch milliseconds */
  constructor(now: number) {
    this.clock = { now };
    const clock = (): number => this.clock.now;
    const limits = { inspectTimeout: 50, queues: [], maxTasks: 1_000, maxTaskBytes: 1e7 };
    const [transport, results, log] = [this.#transport, this.results, silentLogger];
    const celery = this.#opened.own(new Celery({ transport, results, log, clock, ...limits }));
    const caches = this.#opened.own(new CacheRegistry({ clock }));
    const subscriptions = this.#opened.own(new Subscriptions({ celery, maxItems: 1_000 }));
    const resultLoader = createResultLoader(celery);
    const cluster: Cluster = {
      ...bareCluster,
      clusterName: 'default',
      embedded: false,
      celery,
      caches,
      subscriptions,
      resultLoader,
    };
    this.celery = celery;
    this.#services = {
      clusters: new Clusters([{ cluster, visibleTo: null }]),
      version: '1',
      startedAt: 0,
      clock,
      log,
      readOnly: false,
      audit: new AuditLog({ log, maxRecords: 10 }),
      redact: (value: unknown) => value,
    };
    this.#exporter = new Exporter(this.#services, readConfig([], {}));
    this.#opened.own(this.#exporter.watch(cluster));
    celery.events.start();
  }

  /** Events as they arrive from the broker. */
  deliver(events: readonly EventBody[]): void {
    for (const event of events) {
      if (typeof event['hostname'] === 'string') this.#transport.hostnames.add(event['hostname']);
      this.#transport.deliverEvent(rawMessage(envelopeOf(event)), this.clock.now);
    }
  }

  async query<Data>(document: string): Promise<Data> {
    const contextValue = this.#context();
    const result: ExecutionResult = await execute({ schema, document: parsed(document), contextValue });
    const { data, errors = [] } = result;
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join());
    return JSON.parse(JSON.stringify(data)) as Data;
  }

  /** All items of a subscription, until it is stopped. */
  async listen<Item>(document: string): Promise<{ stop(): Promise<readonly Item[]> }> {
    const contextValue = this.#context();
    const stream = await subscribe({ schema, document: parsed(document), contextValue });
    if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream.errors));
    const items: Item[] = [];
    const reading = (async () => {
      for await (const { data } of stream) items.push(data as Item);
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

  /** What `/metrics` shows of tasks: how many have reached each state. */
  async scrape(): Promise<ReadonlyMap<string, number>> {
    const samples = samplesOf(await this.#exporter.text('text', anonymous('viewer')));
    const counts = new Map<string, number>();
    for (const { name, labels, value } of samples) {
      const { state } = labels;
      if (name !== 'celeryql_tasks_total' || state === undefined) continue;
      counts.set(state, (counts.get(state) ?? 0) + value);
    }
    return counts;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  #context() {
    const caller = { viewer: anonymous('admin'), clientAddress: null };
    return createContext(this.#services, caller, new CacheStatus());
  }
}
