/** Clusters of any size on scripted brokers, which operations are costed and executed against. */
import { execute, parse, type DocumentNode, type ExecutionResult } from 'graphql';
import { AuditLog } from '../../../src/access/audit-log.js';
import { anonymous } from '../../../src/access/viewer.js';
import { CacheRegistry } from '../../../src/cache/cache-registry.js';
import { CacheStatus } from '../../../src/cache/cache-status.js';
import { Celery } from '../../../src/celery/celery.js';
import { parseEvents } from '../../../src/celery/events/event.js';
import { Disposal } from '../../../src/disposal.js';
import { bareCluster } from '../cluster/bare-cluster.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { Clusters } from '../../../src/cluster/clusters.js';
import { createContext, type Context } from '../../../src/graphql/context.js';
import { operationCost } from '../../../src/graphql/limits/operation-cost.js';
import { createResultLoader } from '../../../src/cluster/result-loader.js';
import { schema } from '../../../src/graphql/schema.js';
import { silentLogger } from '../../../src/log.js';
import { ScriptedTransport } from '../celery/scripted-transport.js';

/** Epoch milliseconds. */
export const now = 1_795_000_000_000;

export interface Size {
  readonly name?: string;
  readonly workers?: number;
  readonly tasks?: number;
  /** Different names of those tasks; one by default. */
  readonly names?: number;
  readonly queues?: number;
  /** Who may see it; everybody by default. */
  readonly users?: readonly string[];
}

export class SizedWorld implements AsyncDisposable {
  readonly celeries: Celery[] = [];
  readonly #opened = new Disposal();
  readonly #clusters: Clusters;

  constructor(...sizes: readonly Size[]) {
    this.#clusters = new Clusters(
      sizes.map((size) => ({
        cluster: this.#open(size),
        visibleTo: size.users === undefined ? null : { users: size.users, roles: [] },
      })),
    );
  }

  /** @param maxFields below lists */
  context(maxFields = Infinity): Context {
    const services = {
      clusters: this.#clusters,
      version: '1',
      startedAt: 0,
      clock: () => now,
      log: silentLogger,
      readOnly: false,
      audit: new AuditLog({ log: silentLogger, maxRecords: 10 }),
      redact: (value: unknown) => value,
    };
    const caller = { viewer: anonymous('admin'), clientAddress: null };
    return createContext(services, caller, new CacheStatus(), maxFields);
  }

  cost(
    source: string | DocumentNode,
    variableValues?: Record<string, unknown>,
    operationName?: string,
  ): number {
    const document = typeof source === 'string' ? parse(source) : source;
    const operation = { schema, document, variableValues, operationName };
    return operationCost(operation, this.context());
  }

  async execute(text: string, context = this.context()): Promise<ExecutionResult> {
    const result = await execute({ schema, document: parse(text), contextValue: context });
    return context.sideErrors.addTo(result);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  #open({ name = 'default', workers = 0, tasks = 0, names = 1, queues = 0 }: Size): Cluster {
    const transport = new ScriptedTransport();
    const celery = this.#opened.own(
      new Celery({
        transport,
        results: null,
        log: silentLogger,
        clock: () => now,
        inspectTimeout: 50,
        queues: Array.from({ length: queues }, (_, n) => `q${n}`),
        maxTasks: 200_000,
        maxTaskBytes: 1e9,
      }),
    );
    this.celeries.push(celery);
    transport.depths = Array.from({ length: queues }, (_, n) => ({
      name: `q${n}`,
      messages: 0,
      messagesByPriority: null,
      unacknowledged: 0,
      exists: true,
      consumers: 0,
      oldestTaskId: null,
      oldestSentAt: null,
      kind: null,
    }));
    for (let n = 0; n < workers; n++) this.workerEvent(`w${n}@host`, 'online', {}, celery);
    for (let n = 0; n < tasks; n++)
      this.#apply(celery, {
        type: 'task-received',
        uuid: `t${n}`,
        name: `app.task${n % names}`,
        args: '()',
        hostname: 'w0@host',
      });
    const caches = this.#opened.own(new CacheRegistry({ clock: () => now }));
    const resultLoader = createResultLoader(celery);
    return { ...bareCluster, clusterName: name, embedded: false, celery, caches, resultLoader };
  }

  workerEvent(
    hostname: string,
    verb: 'online' | 'offline',
    fields: Readonly<Record<string, unknown>> = {},
    celery = this.celeries[0],
  ): void {
    this.#apply(celery, { type: `worker-${verb}`, hostname, freq: 2, ...fields });
  }

  #apply(celery: Celery | undefined, body: Readonly<Record<string, unknown>>): void {
    const { events } = parseEvents({ timestamp: now / 1000, pid: 1, clock: 1, utcoffset: 0, ...body });
    for (const event of events) {
      celery?.state.apply(event, now);
    }
  }
}
