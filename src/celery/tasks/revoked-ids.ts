/**
 * What workers have said they will not run. A reply to `revoked` may come before its tasks are known here. Counterpart
 * of `celery.worker.state.revoked`.
 */
import type { TaskRecord } from './task-record.js';

/** Milliseconds after which a worker forgets an id: Celery's `REVOKE_EXPIRES`. */
const keptFor = 10_800_000;
/** As many as one worker keeps at most: Celery's `REVOKES_MAX`. */
const maxIds = 50_000;
/** UTF-16 units of all ids. */
const maxCharacters = 4 * 1024 * 1024;

export class RevokedIds {
  /** Epoch milliseconds when the worker last named the id. What was named longest ago comes first, in both maps. */
  readonly #byWorker = new Map<string, Map<string, number>>();
  #size = 0;
  #characters = 0;

  get size(): number {
    return this.#size;
  }

  /** @param at epoch milliseconds; above the bounds, the worker that replied longest ago is forgotten first */
  add(hostname: string, id: string, at: number): void {
    const ids = this.#byWorker.get(hostname) ?? new Map<string, number>();
    this.#byWorker.delete(hostname);
    this.#byWorker.set(hostname, ids);
    if (ids.delete(id)) this.#count(id, -1);
    ids.set(id, at);
    this.#count(id, 1);
    while (this.#size > maxIds || this.#characters > maxCharacters) this.#dropOldest();
  }

  has(hostname: string, id: string, at: number): boolean {
    const namedAt = this.#byWorker.get(hostname)?.get(id);
    return namedAt !== undefined && at < namedAt + keptFor;
  }

  /** Its process is gone, and what the process remembered with it. */
  forget(hostname: string): void {
    for (const id of this.#byWorker.get(hostname)?.keys() ?? []) this.#count(id, -1);
    this.#byWorker.delete(hostname);
  }

  #count(id: string, change: 1 | -1): void {
    this.#size += change;
    this.#characters += change * id.length;
  }

  #dropOldest(): void {
    for (const [hostname, ids] of this.#byWorker) {
      for (const id of ids.keys()) {
        ids.delete(id);
        this.#count(id, -1);
        if (ids.size === 0) this.#byWorker.delete(hostname);
        return;
      }
    }
  }
}

/** A worker has said that it will not run the task. */
export function revoke(record: TaskRecord, now: number): void {
  record.state = 'REVOKED';
  record.stateAt = record.revokedAt = now;
  record.source = 'INSPECT';
}
