/**
 * One cluster as the gateway monitors it: its broker, the state learned from events, and remote control of its workers.
 * Counterpart of `celery.app`.
 */
import type { Logger } from '../log.js';
import { AllowLists } from './sending/allow-lists.js';
import { CountedResults } from './results/counted-results.js';
import { withDeadline } from '../timers.js';
import { BrokerUnavailableError } from '../errors.js';
import type { GatewayConfiguration } from './configuration.js';
import { ClusterLog } from './cluster-log.js';
import { ImpairmentLog } from './impairment-log.js';
import { ConfigurationChecker } from './configuration-checker.js';
import { Control } from './control/control.js';
import { EventSilence } from './gaps/event-silence.js';
import { EventReceiver } from './events/receiver.js';
import { State } from './events/state.js';
import { GuardedInspect } from './inspect/guarded-inspect.js';
import { Inspect } from './inspect/inspect.js';
import { InspectLoader } from './inspect/inspect-loader.js';
import { answering } from './inspect/inspect-reply.js';
import { TaskMetrics } from './metrics/task-metrics.js';
import { Mailbox } from './pidbox/mailbox.js';
import { Queues } from './queues/queues.js';
import { standardRedactor, type Redactor } from './redaction/redactor.js';
import { EventGaps } from './gaps/event-gaps.js';
import { Reconciliation } from './gaps/reconciliation.js';
import { ListenerFailureLog } from '../listener-failure-log.js';
import type { OnListenerError } from '../listeners.js';
import { PidboxProbe } from './gaps/pidbox-probe.js';
import { LivenessProbe } from './gaps/liveness-probe.js';
import { ReplyTypes } from './inspect/reply-types.js';
import { inspectLearners } from './gaps/initial-sync.js';
import { isRegistered } from './shadow-name.js';
import { SlowReconciliation } from './gaps/slow-reconciliation.js';
import { StatsGuard } from './inspect/stats-guard.js';
import { EventLoopStallDetector } from './gaps/event-loop-stall-detector.js';
import { TaskSender } from './sending/task-sender.js';
import type { ResultBackend, Transport } from './transport/transport.js';
import { Unreadable } from './messages/unreadable.js';
import { WorkerSync } from './gaps/worker-sync.js';
import { WrappedErrors } from './wrapped-errors.js';

/** Milliseconds to look up an end without an event before it counts as unknown. */
const longestLook = 5_000;

export interface CeleryOptions {
  readonly transport: Transport;
  /** Null if the cluster stores no readable results. */
  readonly results: ResultBackend | null;
  /** The kind of result backend where there is one that cannot be read, such as `rpc://`. */
  readonly unreadableResults?: string | null;
  readonly log: Logger;
  /** Total deadline of a broadcast, milliseconds. */
  readonly inspectTimeout: number;
  /** Queues to watch though the broker does not list them. */
  readonly queues: readonly string[];
  /** Queue of a task whose sender names none; Celery's `task_default_queue`. */
  readonly defaultQueue?: string;
  /** Patterns of the task names that may be sent, and of the queues that may be sent to or purged; all by default. */
  readonly allowedTasks?: readonly string[];
  readonly allowedQueues?: readonly string[];
  /** The gateway's settings, to compare the application's with; null to compare nothing. */
  readonly configuration?: GatewayConfiguration | null;
  readonly maxTasks: number;
  readonly maxTaskBytes: number;
  /** Milliseconds for which a worker that went offline without a goodbye stays listed; a day by default. */
  readonly forgetWorkersAfter?: number;
  /** Masks secrets in events, replies and messages before they are stored. The result backend has its own. */
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
  /** Times without the event stream. */
  readonly gaps: EventGaps;
  readonly metrics: TaskMetrics;
  readonly inspect: InspectLoader;
  readonly control: Control;
  readonly queues: Queues;
  readonly sender: TaskSender;
  /** Detects workers that answer although none of their events arrives. */
  readonly silence: EventSilence;
  /** How the application's settings differ from the gateway's; null where nothing is compared. */
  readonly configuration: ConfigurationChecker | null;
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
  readonly #pidboxProbe: PidboxProbe;
  readonly #reconciliation: Reconciliation;
  readonly #workerSync: WorkerSync;
  readonly #stallDetector = new EventLoopStallDetector();
  readonly #clusterLog: ClusterLog;
  readonly #impairmentLog: ImpairmentLog;
  #isClosed = false;
  readonly #listenerFailures: ListenerFailureLog;
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
      this.events.onEvent((event) => wrappedErrors.observe(event));
    }
    this.#clusterLog = new ClusterLog({ log, state: this.state });
    this.#impairmentLog = new ImpairmentLog({ log, transport });
    this.#mailbox = new Mailbox({
      transport,
      log,
      timeout: options.inspectTimeout,
      alive: () => this.state.aliveHostnames(),
      notListening: () => this.state.notListeningHostnames(),
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
    this.#pidboxProbe = new PidboxProbe({ transport, mailbox, state, clock, onListenerError });
    const onSilent = (): Promise<void> => this.#pidboxProbe.confirm();
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
      gateway && new ConfigurationChecker({ inspect: this.inspect, gateway, onListenerError });
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
      stalledMs: () => this.#stallDetector.recentStall,
      log,
      onListenerError,
    });
    this.#reconciliation = new Reconciliation({ results, state: this.state, log });
    this.slowReconciliation = new SlowReconciliation({
      state: this.state,
      inspect: this.inspect,
      reconciliation: this.#reconciliation,
      isCurrent: () => this.isSynced && transport.intake.waitingMessages === 0,
      clock,
    });
    this.#workerSync = new WorkerSync({
      context: this,
      mailbox,
      transport,
      gaps: this.gaps,
      reconciliation: this.#reconciliation,
      log,
      onListenerError,
    });
    this.events.onEvent((event) => {
      if (event.group === 'task' && event.fields.queue) this.queues.heardOf(event.fields.queue);
    });
    this.state.onOrphaned((ids) => void this.#reconciliation.search(ids));
    this.state.onEndUnknown((ids) => void this.#reconciliation.search(ids));
    this.state.onWorkerStatus(({ hostname, online }) => {
      if (!online) return;
      this.#workerSync.workerOnline(hostname);
      void this.configuration?.add(hostname);
    });
    this.state.onWorkerChange((change) => {
      const { worker, cause } = change;
      const { hostname, status } = worker;
      if (status === 'OFFLINE') this.configuration?.forget(hostname);
      if (cause === 'RESTARTED' || cause === 'FORGOTTEN') {
        this.#guardedInspect.forget(hostname);
        this.#replyTypes.forget(hostname);
        this.configuration?.forget(hostname);
      }
      if (cause === 'RESTARTED' || (cause === 'RETURNED' && status !== 'OFFLINE'))
        void this.configuration?.add(hostname);
      this.#workerSync.workerChanged(change);
    });
  }

  /** Connects in the background, and after each connection asks the workers what happened before it. */
  start(): void {
    this.transport.onConnection(({ connected, reason }) => {
      this.state.heard(connected, this.clock());
      this.#workerSync.reset(connected);
      if (!connected) return this.gaps.open(reason ?? 'the connection was lost');
      this.gaps.close();
      this.#workerSync.fillGaps();
    });
    this.transport.onEventLoss((loss) => {
      this.#log.warn('event backlog full, events dropped', { ...loss });
      const { from, to, messages } = loss;
      this.gaps.add(from, to, `${messages} messages arrived faster than they could be read`);
      this.#workerSync.fillGaps();
    });
    this.events.start();
    this.silence.start();
    this.slowReconciliation.start();
    this.#livenessProbe.start();
    this.#pidboxProbe.start();
    this.#stopWatching = [this.state.watchSilence(), this.#stallDetector.start()];
    this.transport.start();
  }

  /** @throws BrokerUnavailableError while the broker is away: the state may be out of date. */
  assertConnected(): void {
    if (!this.transport.connection.connected) throw new BrokerUnavailableError(this.transport.address);
  }

  /** Whether it was disposed; from then on its state is no longer true. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the workers have reported their tasks since the connection was made; until then the state is incomplete. */
  get isSynced(): boolean {
    return this.#workerSync.isSynced;
  }

  /** Calls the listener after each initial sync; returns a function that removes it. */
  onSynced(listener: () => void): () => void {
    return this.#workerSync.onSynced(listener);
  }

  /** Calls back when the health has changed in a way that no event reports. */
  onHealthChange(listener: () => void): void {
    this.gaps.onChange(listener);
    this.transport.onImpairment(listener);
    this.configuration?.onChange(listener);
    this.#pidboxProbe.onChange(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#workerSync[Symbol.dispose]();
    for (const stop of this.#stopWatching) stop();
    this.#mailbox[Symbol.dispose]();
    this.slowReconciliation[Symbol.dispose]();
    this.#reconciliation[Symbol.dispose]();
    this.silence[Symbol.dispose]();
    this.#livenessProbe[Symbol.dispose]();
    this.#pidboxProbe[Symbol.dispose]();
    await this.transport[Symbol.asyncDispose]();
    await this.results?.[Symbol.asyncDispose]();
    this.#clusterLog[Symbol.dispose]();
    this.#impairmentLog[Symbol.dispose]();
    this.events[Symbol.dispose]();
    this.#listenerFailures[Symbol.dispose]();
  }
}
