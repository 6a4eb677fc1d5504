/**
 * Log lines about something that may repeat without end, such as malformed messages or wrong passwords: the first of a
 * kind is written at once, the others are counted, and their number is written at the end of the interval or at the stop.
 */
import type { LogFields, Logger } from './log.js';

export interface ThrottledLogOptions {
  readonly log: Logger;
  readonly message: string;
  readonly level?: 'warn' | 'error';
  /** Milliseconds between two lines of one kind. */
  readonly interval?: number;
  /** Kinds that have lines of their own within an interval; those beyond share one. */
  readonly maxKinds?: number;
}

/** What has been counted since the last line of its kind. */
interface Repeated {
  count: number;
  /** When the first of them happened, epoch milliseconds. */
  since: number;
  /** Fields of the newest. */
  fields: LogFields;
  timer: NodeJS.Timeout;
}

/** The kind of everything beyond `maxKinds`. */
const others = '\0others';

/**
 * Every line has the `count` of what it stands for; where that is a number of repetitions, the fields are those of the
 * newest, and `since` is the time of the first.
 *
 * @example
 * using refused = new ThrottledLog({ log, message: 'login refused' });
 * refused.add(address, { address }); // written
 * refused.add(address, { address }); // counted
 */
export class ThrottledLog implements Disposable {
  readonly #options: ThrottledLogOptions;
  readonly #interval: number;
  readonly #maxKinds: number;
  readonly #kinds = new Map<string, Repeated>();

  constructor(options: ThrottledLogOptions) {
    this.#options = options;
    this.#interval = options.interval ?? 60_000;
    this.#maxKinds = options.maxKinds ?? 100;
  }

  add(kind: string, fields: LogFields): void {
    const name = this.#kinds.has(kind) || this.#kinds.size < this.#maxKinds ? kind : others;
    const shown = name === others ? { ...fields, severalKinds: true } : fields;
    const repeated = this.#kinds.get(name);
    if (repeated === undefined) {
      this.#write({ ...shown, count: 1 });
      const timer = this.#startTimer(name);
      this.#kinds.set(name, { count: 0, since: 0, fields: shown, timer });
      return;
    }
    if (repeated.count === 0) repeated.since = Date.now();
    repeated.count++;
    repeated.fields = shown;
  }

  /** Writes what was counted, and begins anew. */
  [Symbol.dispose](): void {
    for (const [kind, { timer }] of [...this.#kinds]) {
      clearTimeout(timer);
      this.#flush(kind);
      this.#kinds.delete(kind);
    }
  }

  #startTimer(kind: string): NodeJS.Timeout {
    return setTimeout(() => this.#endInterval(kind), this.#interval).unref();
  }

  /** A kind that was silent for an interval is written at once when it comes again. */
  #endInterval(kind: string): void {
    const repeated = this.#kinds.get(kind);
    if (repeated === undefined) return;
    if (repeated.count === 0) {
      this.#kinds.delete(kind);
      return;
    }
    this.#flush(kind);
    repeated.timer = this.#startTimer(kind);
  }

  #flush(kind: string): void {
    const repeated = this.#kinds.get(kind);
    if (repeated === undefined || repeated.count === 0) return;
    const { count, since, fields } = repeated;
    repeated.count = 0;
    this.#write({ ...fields, count, since: new Date(since).toISOString() });
  }

  #write(fields: LogFields): void {
    const { log, level = 'warn', message } = this.#options;
    log[level](message, fields);
  }
}
