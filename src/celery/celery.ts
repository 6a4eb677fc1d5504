/**
 * One cluster as the gateway watches it: a broker, what its events have told, and what its workers can be asked.
 * Counterpart of `celery.app`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log.js';
import { AllowLists } from './allow-lists.js';
import { CountedResults } from './counted-results.js';
import { withDeadline } from '../deadline.js';
import { BrokerUnavailableError } from '../errors.js';
import type { GatewayConfiguration } from './configuration.js';
import { ClusterLog } from './cluster-log.js';
import { ImpairmentLog } from './impairment-log.js';
import { ConfigurationWatch } from './configuration-watch.js';
import { Control } from './control/control.js';
import { EventSilence } from './event-silence.js';
import { EventReceiver } from './events/receiver.js';
import { State } from './events/state.js';
import { GuardedInspect } from './guarded-inspect.js';
import { Inspect } from './inspect.js';
import { InspectLoader } from './inspect-loader.js';
import { answering } from './inspect-reply.js';
import { TaskMetrics } from './metrics/task-metrics.js';
import { Mailbox } from './pidbox.js';
import { Queues } from './queues.js';
import { standardRedactor, type Redactor } from './redaction/redactor.js';
import { EventGaps } from './event-gaps.js';
import { GapFilling } from './gap-filling.js';
import { Reconciliation } from './reconciliation.js';
import { ListenerFailureLog } from './listener-failure-log.js';
import { Listeners, type OnListenerError } from './listeners.js';
import { ListeningWatch } from './listening-watch.js';
import { LivenessProbe } from './liveness-probe.js';
import { ReplyTypes } from './reply-types.js';
import { inspectLearners, learnPools, seedFromInspect, seedTasksOf } from './seed.js';
import { isRegistered } from './shadow-name.js';
import { SlowReconciliation } from './slow-reconciliation.js';
import { StatsGuard } from './stats-guard.js';
import { StallWatch } from './stall-watch.js';
import { TaskSender } from './task-sender.js';
import type { ResultBackend, Transport } from './transport/transport.js';
import { Unreadable } from './unreadable.js';
import { WorkerBatches } from './worker-batches.js';
import { WrappedErrors } from './wrapped-errors.js';

/** Milliseconds: a full backlog takes seconds. */
const longestCatchUp = 15_000;
const catchUpInterval = 50;
/** Milliseconds for which an end without an event is looked up before it counts as unknown. */
const longestLook = 5_000;

export interface CeleryOptions {
  readonly transport: Transport;
  /** Null when the cluster stores no results that can be read. */
  readonly results: ResultBackend | null;
  /** The kind of result backend where there is one that cannot be read, such as `rpc://`. */
  readonly unreadableResults?: string | null;
  readonly log: Logger;
  /** Total deadline of a broadcast, milliseconds. */
  readonly inspectTimeout: number;
  /** Queues to watch though the broker does not list them. */
  readonly queues: readonly string[];
  /** Where a task goes whose sender names no queue; Celery's `task_default_queue`. */
  readonly defaultQueue?: string;
  /** Patterns of names that may be sent, and sent to or purged; all unless told otherwise. */
  readonly allowedTasks?: readonly string[];
  readonly allowedQueues?: readonly string[];
  /** What to compare the application's settings with; null to compare nothing. */
  readonly configuration?: GatewayConfiguration | null;
  readonly maxTasks: number;
  readonly maxTaskBytes: number;
  /** Milliseconds for which a worker that went offline without a goodbye stays listed; a day by default. */
  readonly forgetWorkersAfter?: number;
  /** Masks secrets in whatever comes in, before it is stored. The result backend has its own. */
  readonly redactor?: Redactor | undefined;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
}

export class Celery implements AsyncDisposable {
  readonly transport: Transport;
  readonly results: ResultBackend | null;
  readonly unreadableResults: string | null;
  /** What arrived and could not be read. */
  readonly unreadable: Unreadable;
  readonly state: State;
  readonly events: EventReceiver;
  /** When the event stream was not heard. */
  readonly gaps: EventGaps;
  readonly metrics: TaskMetrics;
  readonly inspect: InspectLoader;
  readonly control: Control;
  readonly queues: Queues;
  readonly sender: TaskSender;
  /** Whether workers answer though no event of theirs comes. */
  readonly silence: EventSilence;
  /** How the application's settings differ from the gateway's; null where nothing is compared. */
  readonly configuration: ConfigurationWatch | null;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly learned = { tasks: 0 };
  /** Logs what listeners throw. */
  readonly onListenerError: OnListenerError;
  readonly slowReconciliation: SlowReconciliation;
  readonly #log: Logger;
  readonly #mailbox: Mailbox;
  readonly #guardedInspect: GuardedInspect;
  readonly #replyTypes = new ReplyTypes();
  readonly #livenessProbe: LivenessProbe;
  readonly #listeningWatch: ListeningWatch;
  readonly #reconciliation: Reconciliation;
  readonly #gapFilling: GapFilling;
  readonly #stallWatch = new StallWatch();
  readonly #clusterLog: ClusterLog;
  readonly #impairmentLog: ImpairmentLog;
  /** Asked for their pools, and for their tasks. */
  readonly #newcomers = new WorkerBatches((hostnames) => learnPools(this, hostnames));
  readonly #returned = new WorkerBatches((hostnames) => this.#askForTasks(hostnames));
  /** Who has told of its tasks since the connection was made. */
  #answered = new Set<string>();
  #seeding: Promise<unknown> = Promise.resolve();
  #isSeeded = false;
  readonly #seededListeners: Listeners<[]>;
  readonly #listenerFailures: ListenerFailureLog;
  /** Whether it was said that the workers cannot be asked: a loss fails all that is being asked, each on its own. */
  #toldUnread = false;
  #stopWatching: readonly (() => void)[] = [];

  constructor(options: CeleryOptions) {
    const { transport, log, clock = Date.now, redactor = standardRedactor } = options;
    const monotonic = options.clock ?? ((): number => performance.now());
    const unreadable = new Unreadable(clock);
    const results = options.results && new CountedResults(options.results, unreadable);
    this.unreadable = unreadable;
    this.transport = transport;
    this.results = results;
    this.unreadableResults = options.unreadableResults ?? null;
    this.clock = clock;
    this.#log = log;
    this.#listenerFailures = new ListenerFailureLog(log);
    const { add: onListenerError } = this.#listenerFailures;
    this.onListenerError = onListenerError;
    this.#seededListeners = new Listeners('initial sync', onListenerError);
    const { maxTasks, maxTaskBytes, forgetWorkersAfter } = options;
    this.state = new State({
      maxTasks,
      maxTaskBytes,
      forgetWorkersAfter,
      // Not held up by what else is being looked up: a later look may still find the end.
      ...(results !== null && {
        settleFirst: (ids) =>
          withDeadline(this.#reconciliation.look(ids), longestLook, 'The result backend').catch(
            () => null,
          ),
      }),
      clock,
      monotonic,
      onListenerError,
    });
    const metrics = new TaskMetrics({ clock });
    this.metrics = metrics;
    this.state.onTaskChange((task, _state, outcome) => metrics.changed(outcome, task));
    this.events = new EventReceiver({
      transport,
      state: this.state,
      log,
      clock,
      unreadable,
      redaction: redactor.tasks,
    });
    if (results !== null) {
      const wrappedErrors = new WrappedErrors({ results, state: this.state, log });
      this.events.onEvent((event) => wrappedErrors.heard(event));
    }
    this.#clusterLog = new ClusterLog({ log, state: this.state });
    this.#impairmentLog = new ImpairmentLog({ log, transport });
    this.#mailbox = new Mailbox({
      transport,
      log,
      timeout: options.inspectTimeout,
      alive: () => this.state.aliveHostnames(),
      deaf: () => this.state.deafHostnames(),
      onReply: (hostname, contentType) => {
        this.#replyTypes.saw(hostname, contentType);
        this.state.sawWorker(hostname, clock());
      },
      unreadable,
      redaction: redactor,
      onListenerError,
    });
    const [mailbox, state] = [this.#mailbox, this.state];
    this.#livenessProbe = new LivenessProbe({ transport, mailbox, state, clock });
    this.#listeningWatch = new ListeningWatch({ transport, mailbox, state, clock, onListenerError });
    const onSilent = (): Promise<void> => this.#listeningWatch.confirm();
    const alive = (): readonly string[] =>
      state.aliveHostnames().filter((name) => state.worker(name)?.listening !== false);
    const guardStats = (inspect: Inspect): StatsGuard =>
      new StatsGuard({ inspect, alive, replyTypes: this.#replyTypes });
    this.#guardedInspect = new GuardedInspect({
      inspect: guardStats(new Inspect(mailbox, redactor, unreadable)),
      alive,
      onSilent,
      clock,
    });
    this.inspect = new InspectLoader(this.#guardedInspect, {
      learn: inspectLearners(this, options.inspectTimeout),
    });
    this.silence = new EventSilence({
      transport,
      lastEventAt: () => {
        const readable = this.events.counters.lastEventAt;
        const unreadableAt = unreadable.snapshot().event.lastAt;
        return readable === null ? unreadableAt : Math.max(readable, unreadableAt ?? 0);
      },
      requestHeartbeats: () => this.#mailbox.cast('heartbeat'),
      ping: async () => answering(await this.inspect.load('ping', { all: true })),
      clock,
    });
    const gateway = options.configuration ?? null;
    this.configuration =
      gateway && new ConfigurationWatch({ inspect: this.inspect, gateway, onListenerError });
    const controlInspect = guardStats(new Inspect(mailbox, redactor, unreadable, 'CONTROL'));
    this.control = new Control({ mailbox, inspect: controlInspect, transport, state, onSilent });
    this.queues = new Queues({
      transport,
      task: (id) => this.state.task(id),
      onWaiting: (task) => this.state.sawWaiting(task),
      waiting: this.state.waiting,
      configured: options.queues,
      clock,
      unreadable,
      redaction: redactor.tasks,
    });
    this.sender = new TaskSender({
      transport,
      results,
      state: this.state,
      queues: this.queues,
      clock,
      redaction: redactor.tasks,
      allowed: new AllowLists(options.allowedTasks, options.allowedQueues),
      isRegistered: (name, worker) => isRegistered(this.inspect, name, worker),
      inspect: this.inspect,
      defaultQueue: options.defaultQueue ?? 'celery',
    });
    this.gaps = new EventGaps({
      clock,
      lastEventAt: () => this.events.counters.lastSentAt,
      stalledMs: () => this.#stallWatch.lately,
      log,
      onListenerError,
    });
    this.#reconciliation = new Reconciliation({ results, state: this.state, log });
    this.slowReconciliation = new SlowReconciliation({
      state: this.state,
      inspect: this.inspect,
      reconciliation: this.#reconciliation,
      isCurrent: () => this.isSeeded && transport.intake.waitingMessages === 0,
      clock,
    });
    this.#gapFilling = new GapFilling({
      gaps: this.gaps,
      seed: () => {
        const seeded = this.#seed();
        this.#seeding = seeded.catch(() => undefined);
        return seeded;
      },
      caughtUp: () => this.#caughtUp(),
      unfinishedIds: () => Array.from(this.state.unfinished(), ({ id }) => id),
      reconciliation: this.#reconciliation,
      isConnected: () => transport.connection.connected,
    });
    this.events.onEvent((event) => {
      if (event.group === 'task' && event.fields.queue) this.queues.heardOf(event.fields.queue);
    });
    this.state.onOrphaned((ids) => void this.#reconciliation.search(ids));
    this.state.onEndUnknown((ids) => void this.#reconciliation.search(ids));
    this.state.onWorkerStatus(({ hostname, online }) => {
      if (!online) return;
      void this.#learn(this.#newcomers.add(hostname));
      void this.configuration?.add(hostname);
    });
    this.state.onWorkerChange(({ worker: { hostname, status }, cause, previous }) => {
      if (status === 'OFFLINE' || cause === 'RESTARTED') this.#answered.delete(hostname);
      if (status === 'OFFLINE') this.configuration?.forget(hostname);
      if (cause === 'RESTARTED' || cause === 'FORGOTTEN') {
        this.#guardedInspect.forget(hostname);
        this.#replyTypes.forget(hostname);
        this.configuration?.forget(hostname);
      }
      if (cause === 'RESTARTED' || (cause === 'RETURNED' && status !== 'OFFLINE'))
        void this.configuration?.add(hostname);
      const isBack = cause === 'RETURNED' && previous === 'OFFLINE' && status !== 'OFFLINE';
      const isUnasked = cause === 'APPEARED' && !this.#answered.has(hostname);
      if (isBack || isUnasked || cause === 'RESTARTED') void this.#learn(this.#returned.add(hostname));
    });
  }

  /** Connects in the background and goes on by itself; what happened before or during an outage is asked for. */
  start(): void {
    this.transport.onConnection(({ connected, reason }) => {
      this.state.heard(connected, this.clock());
      this.#answered.clear();
      this.#isSeeded = false;
      if (!connected) return this.gaps.open(reason ?? 'the connection was lost');
      this.#toldUnread = false;
      this.gaps.close();
      void this.#learn(this.#gapFilling.fill());
    });
    this.transport.onEventLoss((loss) => {
      this.#log.warn('events were lost: more arrived than may wait to be read', { ...loss });
      const { from, to, messages } = loss;
      this.gaps.add(from, to, `${messages} messages arrived faster than they could be read`);
      void this.#learn(this.#gapFilling.fill());
    });
    this.events.start();
    this.silence.start();
    this.slowReconciliation.start();
    this.#livenessProbe.start();
    this.#listeningWatch.start();
    this.#stopWatching = [this.state.watchSilence(), this.#stallWatch.start()];
    this.transport.start();
  }

  /** @throws BrokerUnavailableError when what is known may be out of date, because nobody can tell. */
  assertConnected(): void {
    if (!this.transport.connection.connected) throw new BrokerUnavailableError(this.transport.address);
  }

  /** Whether the workers have told what they have since the connection was made: before, what is known is not whole. */
  get isSeeded(): boolean {
    return this.#isSeeded && this.transport.connection.connected;
  }

  /** Calls back each time when they have told; returns what stops it. */
  onSeeded(listener: () => void): () => void {
    return this.#seededListeners.add(listener);
  }

  /** Calls back when the health has changed in a way that no event reports. */
  onHealthChange(listener: () => void): void {
    this.gaps.onChange(listener);
    this.transport.onImpairment(listener);
    this.configuration?.onChange(listener);
    this.#listeningWatch.onChange(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stopWatching) stop();
    this.slowReconciliation[Symbol.dispose]();
    this.#reconciliation[Symbol.dispose]();
    this.silence[Symbol.dispose]();
    this.#livenessProbe[Symbol.dispose]();
    this.#listeningWatch[Symbol.dispose]();
    await this.transport[Symbol.asyncDispose]();
    await this.results?.[Symbol.asyncDispose]();
    this.#clusterLog[Symbol.dispose]();
    this.#impairmentLog[Symbol.dispose]();
    this.#mailbox[Symbol.dispose]();
    this.events[Symbol.dispose]();
    this.#listenerFailures[Symbol.dispose]();
  }

  async #seed(): Promise<number> {
    const { connection } = this.transport;
    // As Celery's own receiver does, so that all workers show themselves at once.
    await this.#mailbox.cast('heartbeat');
    const { tasks, answered } = await seedFromInspect(this);
    this.#answered = new Set(answered);
    if (this.transport.connection === connection) {
      this.#isSeeded = true;
      this.#seededListeners.notify();
    }
    return tasks;
  }

  /** The events that have arrived are read, or more and more come. */
  async #caughtUp(): Promise<void> {
    const end = performance.now() + longestCatchUp;
    while (this.transport.intake.waitingMessages > 0 && performance.now() < end)
      await delay(catchUpInterval, undefined, { ref: false });
  }

  /** Of workers that were not there when all were asked: what they have, they had in the gap. */
  async #askForTasks(hostnames: readonly string[]): Promise<void> {
    await this.#seeding;
    if (!this.transport.connection.connected) return; // all will be asked when it is back
    const unasked = hostnames.filter((hostname) => !this.#answered.has(hostname));
    const seededTasks = await seedTasksOf(this, unasked);
    const { newest } = this.gaps;
    if (seededTasks > 0 && newest !== null) this.gaps.learned([newest], { seededTasks });
  }

  /** What could not be learned now comes with later events; only a log line is owed. */
  async #learn(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#toldUnread = false;
    } catch (error) {
      const level = this.#toldUnread ? 'debug' : 'warn';
      this.#toldUnread = true;
      this.#log[level]('the state of the workers could not be read', { error });
    }
  }
}
