/**
 * The errors behind wrappers. To cross from the pool to the worker an error is put into a wrapper, and some
 * `task-failed` events show that instead: of Celery 5.2's solo pool every one, elsewhere those of hard time limits
 * and of lost processes. The stored result has the error itself.
 */
import { UnreadableResultError } from '../errors.js';
import type { Logger } from '../log.js';
import type { CeleryEvent } from './events/event.js';
import type { State } from './events/state.js';
import { wrappedError } from './tasks/task-text.js';
import type { ResultBackend } from './transport/transport.js';

/** Failures come in storms; what does not fit keeps its wrapper. */
const maxWaiting = 10_000;
/** Milliseconds after which a result is looked for again: some are stored after the event. */
const secondLook = 1_000;

export interface WrappedErrorsOptions {
  readonly results: ResultBackend;
  readonly state: Pick<State, 'unwrapError'>;
  readonly log: Logger;
}

export class WrappedErrors {
  readonly #options: WrappedErrorsOptions;
  #waiting = new Set<string>();

  constructor(options: WrappedErrorsOptions) {
    this.#options = options;
  }

  observe(event: CeleryEvent): void {
    if (event.group !== 'task' || event.fields.exception !== wrappedError) return;
    if (this.#waiting.size >= maxWaiting) return;
    if (this.#waiting.size === 0) setImmediate(() => void this.#lookUpWaiting());
    this.#waiting.add(event.uuid);
  }

  async #lookUpWaiting(): Promise<void> {
    const ids = [...this.#waiting];
    this.#waiting = new Set();
    const missing = await this.#lookUp(ids);
    if (missing.length > 0) setTimeout(() => void this.#lookUp(missing), secondLook).unref();
  }

  /** @returns the ids without a stored error */
  async #lookUp(ids: readonly string[]): Promise<readonly string[]> {
    const { results, state, log } = this.#options;
    try {
      const metas = await results.fetch(ids);
      return ids.filter((id, index) => {
        const meta = metas[index] ?? null;
        if (meta instanceof UnreadableResultError) return false;
        if (meta?.state !== 'FAILURE' || meta.exception === null) return true;
        state.unwrapError(id, meta.exception, meta.traceback);
        return false;
      });
    } catch (error) {
      log.warn('reading the errors of failed tasks failed', { tasks: ids.length, error });
      return [];
    }
  }
}
