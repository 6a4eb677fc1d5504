/**
 * Drops from the caches what events of the cluster have made wrong, at a bounded rate: so a TTL may be long, and the
 * answers fresh all the same. Every replica receives the events itself, so no message is sent to others.
 */
import type { CacheName } from '../../cache/cache-defaults.js';
import type { CacheRegistry } from '../../cache/cache-registry.js';
import type { Celery } from '../../celery/celery.js';
import type { ChangeTimes } from './change-times.js';
import { Changes } from './changes.js';
import type { DropInterval } from './dependency.js';
import { EntryDropper } from './entry-dropper.js';

export interface PushInvalidationOptions {
  readonly celery: Pick<Celery, 'state' | 'events' | 'transport'>;
  readonly caches: CacheRegistry;
  /** The caches that want it. */
  readonly names: readonly CacheName[];
  readonly times: ChangeTimes;
}

/** Milliseconds between two looks at what has changed. */
const lookInterval = 250;
/**
 * Looks from one to the next at which these may be dropped: every second, and every second heartbeat of a default
 * worker.
 */
const looksOfCluster = 4;
const looksOfHeartbeats = 8;

export class PushInvalidation implements Disposable {
  readonly #droppers: Readonly<Record<DropInterval, readonly EntryDropper[]>>;
  readonly #times: ChangeTimes;
  readonly #stops: readonly (() => void)[];
  #recent = new Changes();
  /** Changes that were already applied to the entries that memory answers. */
  #forCluster = new Changes();
  #heartbeats = new Changes();
  /** Workers that have just come say so before they listen and consume: what was asked at once is asked once more. */
  #echo = new Changes();
  #timer: NodeJS.Timeout | null = null;

  constructor({ celery, caches, names, times }: PushInvalidationOptions) {
    const { state, events, transport } = celery;
    const droppers = (interval: DropInterval): EntryDropper[] =>
      names.map((name) => new EntryDropper(caches.get(name), interval));
    this.#droppers = { memory: droppers('memory'), cluster: droppers('cluster') };
    this.#times = times;
    const touch = (id: string | null): void => {
      const task = id === null ? null : state.known(id);
      if (task !== null) this.#recent.touched(task);
    };
    this.#stops = [
      state.onTaskChange((task, _state, before) => {
        this.#recent.task(task, before);
        if (task.parentId !== (before?.parentId ?? null)) {
          touch(task.parentId);
          touch(before?.parentId ?? null);
        }
        this.#arm();
      }),
      state.onTaskForgotten((task) => {
        this.#recent.touched(task);
        touch(task.parentId);
        this.#arm();
      }),
      state.onWorkerChange(({ worker }) => {
        this.#recent.names.worker.add(worker.hostname);
        this.#arm();
      }),
      events.onEvent((event) => {
        if (event.group !== 'worker') return;
        this.#heartbeats.names.heartbeat.add(event.hostname);
        this.#arm();
      }),
      transport.onEventLoss(() => {
        this.#missedEvents();
        this.#recent.everything();
        this.#arm();
      }),
      // What is kept here is forgotten then; what others share may be from before an event that this replica missed.
      transport.onConnection(({ connected }) => {
        if (connected) this.#missedEvents();
      }),
    ];
  }

  /** Looks at once, at all; what a timer does in parts. */
  flush(): void {
    this.#lookAtMemory();
    this.#lookAtHeartbeats();
    this.#lookAtCluster();
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Events were missed: anything may have changed until now. */
  #missedEvents(): void {
    const anything = new Changes();
    anything.everything();
    this.#times.record(anything);
  }

  /** At the same moments in every replica, so that one of them loads for all. */
  #arm(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#look(), lookInterval - (Date.now() % lookInterval)).unref();
  }

  #look(): void {
    this.#timer = null;
    const look = Math.round(Date.now() / lookInterval);
    this.#lookAtMemory();
    if (look % looksOfHeartbeats === 0) this.#lookAtHeartbeats();
    if (look % looksOfCluster === 0) this.#lookAtCluster();
    const rest = [this.#forCluster, this.#heartbeats, this.#echo];
    if (rest.some(({ isEmpty }) => !isEmpty) || this.#isWaiting()) this.#arm();
  }

  #lookAtMemory(): void {
    const changes = this.#recent;
    this.#recent = new Changes();
    this.#forCluster.absorb(changes);
    this.#drop('memory', changes);
  }

  #lookAtHeartbeats(): void {
    const changes = this.#heartbeats;
    this.#heartbeats = new Changes();
    this.#drop('memory', changes);
  }

  #lookAtCluster(): void {
    const changes = this.#forCluster;
    this.#forCluster = new Changes();
    const echo = new Changes();
    echo.names.worker.absorb(changes.names.worker);
    changes.absorb(this.#echo);
    this.#echo = echo;
    this.#times.record(changes);
    this.#drop('cluster', changes);
  }

  #drop(interval: DropInterval, changes: Changes): void {
    for (const dropper of this.#droppers[interval]) dropper.drop(changes);
  }

  #isWaiting(): boolean {
    return [...this.#droppers.memory, ...this.#droppers.cluster].some(({ isWaiting }) => isWaiting);
  }
}
