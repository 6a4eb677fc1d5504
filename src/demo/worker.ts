/**
 * An embedded worker: celery-node's application over the in-process broker, with its own task handler, and
 * visible to monitors like a Celery worker. Counterpart of `celery.apps.worker`.
 */
import { loadavg, platform } from 'node:os';
import type { Logger } from '../log.js';
import type { MemoryBus } from '../celery/transport/memory/memory-bus.js';
import { DemoClient } from './client.js';
import { EventDispatcher } from './event-dispatcher.js';
import { LamportClock } from './lamport-clock.js';
import { MemoryBackend, MemoryBroker, memoryWorker, type CeleryWorker } from './memory-celery.js';
import type { Random } from './random.js';
import { WorkerStopped, type DemoTask, type TaskContext } from './task.js';
import { TaskOutcome } from './task-outcome.js';
import type { TaskLimits } from './task-limits.js';
import { TaskRunner } from './task-runner.js';
import { startAgent, type ControlledWorker } from './worker-agent.js';
import { WorkerState } from './worker-state.js';

/** Seconds; Celery's default. */
const heartbeatFreq = 2;
/** What Celery's forced heartbeat claims. */
const forcedFreq = 5;
/** The version of celery-node that package.json pins. */
const software = { sw_ident: 'celery-node', sw_ver: '0.5.9', sw_sys: systemName() };

export interface DemoWorkerOptions {
  readonly hostname: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly tasks: readonly DemoTask[];
  readonly bus: MemoryBus;
  readonly log: Logger;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class DemoWorker implements ControlledWorker, AsyncDisposable {
  readonly hostname: string;
  readonly state = new WorkerState();
  readonly clock = new LamportClock();
  readonly events: EventDispatcher;

  readonly #queues: Set<string>;
  readonly #bus: MemoryBus;
  readonly #now: () => number;
  readonly #broker: MemoryBroker;
  readonly #celery: CeleryWorker;
  readonly #runner: TaskRunner;
  #startedAt: number;
  #heartbeat: NodeJS.Timeout | null = null;
  #unbind: (() => void) | null = null;

  constructor({ hostname, queues, concurrency, tasks, bus, log, random, now }: DemoWorkerOptions) {
    this.hostname = hostname;
    this.#queues = new Set(queues);
    this.#bus = bus;
    this.#now = now;
    this.#startedAt = now();
    this.events = new EventDispatcher({ bus, hostname, clock: this.clock, now });
    // A multiplier of 1 leaves a backlog in the queue, where people look for it.
    this.#broker = new MemoryBroker(bus, concurrency, (error, queue) => {
      log.warn('message discarded', { worker: hostname, queue, error });
    });
    const backend = new MemoryBackend(bus, now);
    this.#celery = memoryWorker(this.#broker, backend, queues.join(','));
    const known = new Map<string, DemoTask>();
    for (const task of tasks) {
      this.#celery.register(task.name, (context: TaskContext) => task.run(context));
      const handlers = this.#celery.handlers as Record<string, DemoTask['run']>;
      known.set(task.name, {
        ...task,
        run: (context) => handlers[task.name]?.(context) ?? task.run(context),
      });
    }
    this.#runner = new TaskRunner({
      concurrency,
      random,
      now,
      state: this.state,
      outcome: new TaskOutcome({ hostname, backend, events: this.events }),
      broker: this.#broker,
      client: new DemoClient({ bus, now }),
      findTask: (name) => known.get(name),
    });
    Object.defineProperty(this.#celery, 'createTaskHandler', { value: () => this.#runner.handle });
  }

  get queues(): readonly string[] {
    return [...this.#queues];
  }

  consume(queue: string): void {
    this.#queues.add(queue);
    this.#broker.consume(queue);
  }

  cancelConsumer(queue: string): void {
    this.#queues.delete(queue);
    this.#broker.cancel(queue);
  }

  get limits(): TaskLimits {
    return this.#runner.limits;
  }

  /** Looks again for what may start. */
  pump(): void {
    this.#runner.pump();
  }

  get registered(): readonly string[] {
    return Object.keys(this.#celery.handlers);
  }

  get uptimeSeconds(): number {
    return (this.#now() - this.#startedAt) / 1000;
  }

  get prefetch(): number {
    return this.#broker.prefetch;
  }

  get concurrency(): number {
    return this.#runner.concurrency;
  }

  set concurrency(count: number) {
    this.#broker.prefetch += count - this.#runner.concurrency;
    this.#runner.concurrency = count;
    this.#runner.pump();
  }

  /** What celery-node's own `start` does, without its printing. */
  async start(): Promise<void> {
    this.#startedAt = this.#now();
    this.#unbind = startAgent(this, this.#bus);
    this.events.send('worker-online', this.#report());
    this.#heartbeat = setInterval(() => {
      this.events.send('worker-heartbeat', this.#report());
    }, heartbeatFreq * 1000).unref();
    await this.#celery.isReady();
    await this.#celery.broker.subscribe(
      this.#celery.conf.CELERY_QUEUE,
      this.#celery.createTaskHandler(),
    );
  }

  heartbeatNow(): void {
    this.events.send('worker-heartbeat', { freq: forcedFreq, ...software });
  }

  /** Warm: running tasks end first, all others go back to their queues. */
  async stop(): Promise<void> {
    if (this.#heartbeat === null) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    const drained = this.#runner.drain(); // before the broker learns of it: nothing may start on the way out
    await this.#celery.disconnect();
    await drained;
    this.#unbind?.();
    this.events.send('worker-offline', this.#report());
  }

  /** Cold: running tasks are aborted without a further event. */
  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.stop();
    for (const task of this.state.active.values()) task.abort(new WorkerStopped());
    await stopped;
  }

  #report(): Readonly<Record<string, unknown>> {
    return {
      freq: heartbeatFreq,
      active: this.state.active.size,
      processed: this.state.processed,
      loadavg: loadavg().map((load) => Math.round(load * 100) / 100),
      ...software,
    };
  }
}

/** As Python's `platform.system()` spells it. */
function systemName(): string {
  const name = platform();
  const names: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Darwin', win32: 'Windows' };
  return names[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}
