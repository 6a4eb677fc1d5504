/** A cluster whose events the test publishes, whose queues and workers follow them, and two sets of caches over it. */
import { CacheRegistry } from '../../../../src/cache/cache-registry.js';
import type { CacheName } from '../../../../src/cache/cache-defaults.js';
import { CacheStatus } from '../../../../src/cache/cache-status.js';
import { Celery } from '../../../../src/celery/celery.js';
import type { TaskFilter } from '../../../../src/celery/tasks/task-filter.js';
import {
  decodeEnvelope,
  encodeEnvelope,
  type RawMessage,
} from '../../../../src/celery/messages/message.js';
import type { EventLoss, QueueDepth } from '../../../../src/celery/transport/transport.js';
import { readRequest } from '../../../../src/cluster/read-row.js';
import { Reader } from '../../../../src/cluster/reader.js';
import { reads } from '../../../../src/cluster/reads.js';
import type { InspectCommand } from '../../../../src/celery/inspect/inspect.js';
import { ChangeTimes } from '../../../../src/cluster/push/change-times.js';
import { PushInvalidation } from '../../../../src/cluster/push/push-invalidation.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../../celery/scripted-transport.js';

/** Epoch milliseconds of the begin. */
const start = 1_795_000_000_000;
export const queueNames = ['mail', 'media'] as const;
export const pushed = ['task_status', 'worker_status', 'queue_status', 'metrics_summary'] as const;

class Broker extends ScriptedTransport {
  readonly waiting = new Map<string, number>(queueNames.map((name) => [name, 0]));
  #lose: (loss: EventLoss) => void = () => undefined;

  override onEventLoss(listener?: (loss: EventLoss) => void): () => void {
    this.#lose = listener ?? this.#lose;
    return () => undefined;
  }

  loseEvents(): void {
    this.#lose({ from: start, to: start, messages: 1, bytes: 100 });
  }

  publish(body: unknown, receivedAt: number): void {
    const message = {
      exchange: 'celeryev',
      routingKey: '',
      deliveryMode: 1,
      body,
      headers: {},
    } as const;
    const text = encodeEnvelope(message);
    this.deliverEvent({ size: text.length, read: () => decodeEnvelope(text) }, receivedAt);
  }

  override async queueNames(): Promise<readonly string[]> {
    return queueNames;
  }

  override async queueDepths(names: readonly string[]): Promise<readonly QueueDepth[]> {
    return names.map((name) => ({
      ...{ name, messages: this.waiting.get(name) ?? 0, messagesByPriority: null, unacknowledged: null },
      ...{ consumers: null, oldestTaskId: null, oldestSentAt: start, kind: 'list' },
    }));
  }

  override messages = (name: string, count: number): readonly RawMessage[] => {
    const opaque = (): never => {
      throw new Error('not a task');
    };
    const length = Math.min(count, this.waiting.get(name) ?? 0);
    return Array.from({ length }, () => ({ size: 1, read: opaque }));
  };
}

export type Question = readonly [cache: CacheName, ask: (reader: Reader) => Promise<unknown>];

export class PushedWorld implements AsyncDisposable {
  readonly clock = { now: start };
  readonly broker = new Broker();
  readonly celery: Celery;
  readonly times = new ChangeTimes(() => this.clock.now);
  readonly caches: CacheRegistry;
  readonly push: PushInvalidation;
  readonly #queueOf = new Map<string, string>();

  constructor({
    names = pushed,
    maxTasks = 100,
  }: { names?: readonly CacheName[]; maxTasks?: number } = {}) {
    const clock = (): number => this.clock.now;
    this.celery = new Celery({
      ...{ transport: this.broker, results: null, log: silentLogger, inspectTimeout: 1_000, queues: [] },
      ...{ maxTasks, maxTaskBytes: 1_000_000, clock },
    });
    this.celery.events.start();
    const forever = { ttl: 1e9 };
    const overrides = Object.fromEntries(pushed.map((name) => [name, forever]));
    this.caches = new CacheRegistry({
      ...{ overrides, clock },
      ageOfLastChange: (_, dependsOn) => this.times.since(dependsOn),
    });
    this.push = new PushInvalidation({
      celery: this.celery,
      caches: this.caches,
      names,
      times: this.times,
    });
  }

  /** As an operation reads; from caches of its own that are empty, when it is to see what is. */
  async ask([, ask]: Question, caches = this.caches): Promise<unknown> {
    const { celery } = this;
    return await ask(new Reader({ celery, caches, resultLoader: null }, new CacheStatus()));
  }

  async fresh(question: Question): Promise<unknown> {
    using caches = new CacheRegistry();
    return await this.ask(question, caches);
  }

  /** @param type such as `task-received` */
  publish(type: string, fields: Readonly<Record<string, unknown>>, hostname = 'w1@h'): void {
    const { uuid, queue } = fields;
    const delivered = typeof uuid === 'string' ? this.#deliver(type, uuid, queue) : {};
    const timestamp = this.clock.now / 1_000;
    const body = { type, hostname, pid: 7, clock: 1, timestamp, ...fields, ...delivered };
    this.broker.publish(body, this.clock.now);
  }

  /** One message of a task is in one queue at a time, and only who sends it says in which. */
  #deliver(type: string, uuid: string, queue: unknown): { readonly queue: string | null } {
    const before = this.#queueOf.get(uuid) ?? null;
    if (type === 'task-sent' && before === null && typeof queue === 'string') {
      this.#queueOf.set(uuid, queue);
      this.#move(queue, 1);
      return { queue };
    }
    if (type === 'task-received' && before !== null) {
      this.#queueOf.delete(uuid);
      this.#move(before, -1);
    }
    return { queue: type === 'task-sent' ? before : null };
  }

  #move(queue: string, messages: number): void {
    this.broker.waiting.set(queue, (this.broker.waiting.get(queue) ?? 0) + messages);
  }

  wait(seconds: number): void {
    this.clock.now += seconds * 1_000;
    this.celery.state.lookForSilence();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.push[Symbol.dispose]();
    this.caches[Symbol.dispose]();
    await this.celery[Symbol.asyncDispose]();
  }
}

const request = readRequest('p', true);

export const ask = {
  counts: ['task_status', (reader) => reader.read(reads.taskCounts(), request)],
  types: [
    'metrics_summary',
    (reader) => reader.read(reads.taskTypes({ windowSeconds: 86_400 }), request),
  ],
  workers: ['worker_status', (reader) => reader.read(reads.workers(), request)],
  queues: ['queue_status', (reader) => reader.read(reads.queues(), request)],
  summary: [
    'metrics_summary',
    (reader) => reader.read(reads.metricsSummary({ windowSeconds: 86_400 }), request),
  ],
} as const satisfies Record<string, Question>;

export const askTask = (id: string): Question => [
  'task_status',
  (reader) => reader.read(reads.task({ id }), request),
];
export const askTasks = (filter: TaskFilter, first = 3): Question => [
  'task_status',
  (reader) => reader.read(reads.tasks({ filter, slice: { first } }), request),
];
export const askWorker = (hostname: string): Question => [
  'worker_status',
  (reader) => reader.read(reads.worker({ hostname }), request),
];
export const askQueue = (name: string): Question => [
  'queue_status',
  (reader) => reader.read(reads.queue({ name }), request),
];
export const askPeek = (name: string): Question => [
  'queue_status',
  (reader) => reader.read(reads.peek({ name, first: 10 }), request),
];

const inspect = (command: InspectCommand, hostname?: string) =>
  reads.inspect(command, {
    cache: 'worker_status',
    scope: hostname === undefined ? { all: true } : { hostname },
  });
export const inspectKey = (command: InspectCommand, hostname?: string): string =>
  inspect(command, hostname).key;

export const dependsOn = {
  counts: reads.taskCounts().dependsOn(),
  workers: reads.workers().dependsOn(),
  queues: reads.queues().dependsOn(),
  queue: (name: string) => reads.queue({ name }).dependsOn(),
  inspect: (command: InspectCommand, hostname?: string) => inspect(command, hostname).dependsOn(),
};
