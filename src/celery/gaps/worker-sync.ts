/**
 * Keeps the state in step with the workers: asks all of them after each connection (the initial sync), and later those
 * that appear, return or restart. What cannot be learned now comes with later events, so a failure is only logged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Listeners, type OnListenerError } from '../../listeners.js';
import type { Logger } from '../../log.js';
import type { WorkerChange } from '../events/worker-status-emitter.js';
import { WorkerBatches } from '../inspect/worker-batches.js';
import type { Mailbox } from '../pidbox/mailbox.js';
import type { Transport } from '../transport/transport.js';
import type { EventGaps } from './event-gaps.js';
import { GapFilling } from './gap-filling.js';
import { initialSync, learnPools, syncTasksOf, type SyncContext } from './initial-sync.js';
import type { Reconciliation } from './reconciliation.js';

/** Milliseconds to wait for waiting events to be read: a full backlog takes seconds. */
const longestCatchUp = 15_000;
const catchUpInterval = 50;

export interface WorkerSyncOptions {
  readonly context: SyncContext;
  readonly mailbox: Pick<Mailbox, 'cast'>;
  readonly transport: Pick<Transport, 'connection' | 'intake'>;
  readonly gaps: EventGaps;
  readonly reconciliation: Pick<Reconciliation, 'search'>;
  readonly log: Logger;
  readonly onListenerError: OnListenerError;
}

export class WorkerSync implements Disposable {
  readonly #options: WorkerSyncOptions;
  readonly #gapFilling: GapFilling;
  readonly #listeners: Listeners<[]>;
  /** Workers that have come online, to ask for their pools. */
  readonly #newcomers: WorkerBatches;
  /** Workers that the initial sync missed, or that have returned, to ask for their tasks. */
  readonly #returned: WorkerBatches;
  /** Workers that have reported their tasks since the connection was made. */
  #answered = new Set<string>();
  #syncing: Promise<unknown> = Promise.resolve();
  #isSynced = false;
  /** Whether a failure was logged: when the connection is lost, every request under way fails. */
  #isFailureLogged = false;
  #isClosed = false;

  constructor(options: WorkerSyncOptions) {
    const { context, gaps, reconciliation, transport, onListenerError } = options;
    this.#options = options;
    this.#listeners = new Listeners('initial sync', onListenerError);
    this.#newcomers = new WorkerBatches((hostnames) => learnPools(context, hostnames));
    this.#returned = new WorkerBatches((hostnames) => this.#askForTasks(hostnames));
    this.#gapFilling = new GapFilling({
      gaps,
      syncWorkers: () => {
        const synced = this.#sync();
        this.#syncing = synced.catch(() => undefined);
        return synced;
      },
      caughtUp: () => this.#caughtUp(),
      unfinishedIds: () => Array.from(context.state.unfinished(), ({ id }) => id),
      reconciliation,
      isConnected: () => transport.connection.connected,
    });
  }

  /** Whether the workers have reported their tasks since the connection was made; until then the state is incomplete. */
  get isSynced(): boolean {
    return this.#isSynced && this.#options.transport.connection.connected;
  }

  /** Calls the listener after each initial sync; returns a function that removes it. */
  onSynced(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The connection was made or lost: what the workers have reported before may be out of date. */
  reset(connected: boolean): void {
    this.#answered.clear();
    this.#isSynced = false;
    if (connected) this.#isFailureLogged = false;
  }

  /** Asks about all gaps that are over. */
  fillGaps(): void {
    void this.#learn(this.#gapFilling.fill());
  }

  /** A worker has come online. */
  workerOnline(hostname: string): void {
    void this.#learn(this.#newcomers.add(hostname));
  }

  workerChanged({ worker: { hostname, status }, cause, previous }: WorkerChange): void {
    if (status === 'OFFLINE' || cause === 'RESTARTED') this.#answered.delete(hostname);
    const isBack = cause === 'RETURNED' && previous === 'OFFLINE' && status !== 'OFFLINE';
    const isUnasked = cause === 'APPEARED' && !this.#answered.has(hostname);
    if (isBack || isUnasked || cause === 'RESTARTED') void this.#learn(this.#returned.add(hostname));
  }

  /** From now on failures are expected, and not logged. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
  }

  async #sync(): Promise<number> {
    const { context, mailbox, transport } = this.#options;
    const { connection } = transport;
    // As Celery's own receiver does, so that all workers show themselves at once.
    await mailbox.cast('heartbeat');
    const { tasks, answered } = await initialSync(context);
    this.#answered = new Set(answered);
    if (transport.connection === connection) {
      this.#isSynced = true;
      this.#listeners.notify();
    }
    return tasks;
  }

  /** Resolves when the events that have arrived are read, or after `longestCatchUp`. */
  async #caughtUp(): Promise<void> {
    const { transport } = this.#options;
    const end = performance.now() + longestCatchUp;
    while (transport.intake.waitingMessages > 0 && performance.now() < end)
      await delay(catchUpInterval, undefined, { ref: false });
  }

  /** Asks workers that the initial sync missed: the tasks that they have now, they had during the gap. */
  async #askForTasks(hostnames: readonly string[]): Promise<void> {
    const { context, gaps, transport } = this.#options;
    await this.#syncing;
    if (!transport.connection.connected) return; // all will be asked when it is back
    const unasked = hostnames.filter((hostname) => !this.#answered.has(hostname));
    const seededTasks = await syncTasksOf(context, unasked);
    const { newest } = gaps;
    if (seededTasks > 0 && newest !== null) gaps.learned([newest], { seededTasks });
  }

  async #learn(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#isFailureLogged = false;
    } catch (error) {
      if (this.#isClosed) return;
      const level = this.#isFailureLogged ? 'debug' : 'warn';
      this.#isFailureLogged = true;
      this.#options.log[level]('the state of the workers could not be read', { error });
    }
  }
}
