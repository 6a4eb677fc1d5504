/**
 * When what the shared answers are about was last known to change. Another replica's answer from before does not count,
 * though this replica had none to drop. Bounded: what does not fit counts as changed when the oldest that left was.
 */
import type { ChangeKind, Changes } from './changes.js';
import { dependencyOf } from './dependency.js';

/** Tasks are read from memory, which is not shared. */
const sharedKinds = ['busy', 'worker', 'queue'] as const satisfies readonly ChangeKind[];
const maxTopics = 10_000;

export class ChangeTimes {
  readonly #clock: () => number;
  /** In the order of the times. */
  readonly #times = new Map<string, number>();
  #forgotten = -Infinity;

  /** @param clock milliseconds; must not go back */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  record({ names }: Changes): void {
    const now = this.#clock();
    for (const kind of sharedKinds) {
      if (names[kind].isEmpty) continue;
      this.#set(kind, now);
      if (names[kind].areAll) this.#set(`${kind}*`, now);
      for (const name of names[kind]) this.#set(`${kind} ${name}`, now);
    }
  }

  /**
   * Milliseconds; Infinity when nothing is known to have changed.
   * @param dependsOn what an entry of a cache keeps
   */
  since(dependsOn: unknown): number {
    let last = this.#forgotten;
    for (const [kind, name] of dependencyOf(dependsOn).topics) {
      const all = this.#times.get(name === null ? kind : `${kind}*`) ?? -Infinity;
      const own = name === null ? -Infinity : (this.#times.get(`${kind} ${name}`) ?? -Infinity);
      last = Math.max(last, all, own);
    }
    return this.#clock() - last;
  }

  #set(topic: string, now: number): void {
    this.#times.delete(topic);
    this.#times.set(topic, now);
    if (this.#times.size <= maxTopics) return;
    const [oldest] = this.#times;
    if (oldest === undefined) return;
    this.#times.delete(oldest[0]);
    this.#forgotten = oldest[1];
  }
}
