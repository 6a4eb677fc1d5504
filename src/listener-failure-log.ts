/** Logs what listeners throw: a bug of the gateway that may repeat with every event, so the lines are throttled. */
import { errorMessage } from './error-message.js';
import type { Logger } from './log.js';
import { ThrottledLog } from './throttled-log.js';
import type { OnListenerError } from './listeners.js';

export class ListenerFailureLog implements Disposable {
  readonly #log: ThrottledLog;

  constructor(log: Logger) {
    this.#log = new ThrottledLog({ log, level: 'error', message: 'a listener failed' });
  }

  /** The subject and the error's message only: never what the listener was called with. */
  readonly add: OnListenerError = (subject, error) =>
    this.#log.add(subject, { subject, error: errorMessage(error) });

  /** Writes to the log what was only counted until now. */
  [Symbol.dispose](): void {
    this.#log[Symbol.dispose]();
  }
}
