/** One cache, or those of its keys that begin so. */
export interface InvalidationTarget {
  readonly cache: string;
  readonly prefix: string;
}

interface Pending extends InvalidationTarget {
  /** The connection that it was sent on, which carries it out before whatever is sent there later; null if on none. */
  sentOn: number | null;
}

/** More of them in an outage are remembered by their caches alone. */
const maxTargets = 100;

/** Invalidations that Redis has not confirmed: nothing may be read there before they are carried out. */
export class PendingInvalidations {
  readonly #pending = new Map<string, Pending>();

  get size(): number {
    return this.#pending.size;
  }

  add(targets: readonly InvalidationTarget[]): void {
    for (const target of targets) this.#put(target);
    if (this.#pending.size <= maxTargets) return;
    const caches = new Set([...this.#pending.values()].map(({ cache }) => cache));
    this.#pending.clear();
    for (const cache of caches) this.#put({ cache, prefix: '' });
  }

  /** What must go first on this connection. It counts as sent there. */
  take(connection: number): readonly InvalidationTarget[] {
    const due = [...this.#pending.values()].filter(({ sentOn }) => sentOn !== connection);
    for (const target of due) target.sentOn = connection;
    return due;
  }

  /** They were carried out, unless they were asked for again since. */
  confirm(targets: readonly InvalidationTarget[]): void {
    for (const target of targets)
      if (this.#pending.get(keyOf(target)) === target) this.#pending.delete(keyOf(target));
  }

  /** Whether they were carried out is unknown: once more does no harm. */
  doubt(targets: readonly InvalidationTarget[]): void {
    for (const target of targets) {
      const pending = this.#pending.get(keyOf(target));
      if (pending) pending.sentOn = null;
    }
  }

  #put({ cache, prefix }: InvalidationTarget): void {
    this.#pending.set(keyOf({ cache, prefix }), { cache, prefix, sentOn: null });
  }
}

function keyOf({ cache, prefix }: InvalidationTarget): string {
  return `${cache} ${prefix}`;
}
