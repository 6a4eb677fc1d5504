/**
 * Logs what the broker refuses although the connection is open, such as a command that the user's ACL lacks:
 * once for each reason, however often it comes and goes within a minute.
 */
import type { Logger } from '../log.js';
import { ThrottledLog } from '../throttled-log.js';
import type { Transport } from './transport/transport.js';

export interface ImpairmentLogOptions {
  readonly log: Logger;
  readonly transport: Pick<Transport, 'impairments' | 'onImpairment'>;
  /** Milliseconds between two lines about one reason. */
  readonly interval?: number;
}

export class ImpairmentLog implements Disposable {
  readonly #throttled: ThrottledLog;
  readonly #transport: ImpairmentLogOptions['transport'];
  readonly #stop: () => void;
  /** Reasons that were there at the last change. */
  #current: ReadonlySet<string> = new Set();

  constructor({ log, transport, interval }: ImpairmentLogOptions) {
    const message = 'the broker refuses what the gateway needs';
    this.#throttled = new ThrottledLog({ log, message, ...(interval !== undefined && { interval }) });
    this.#transport = transport;
    this.#stop = transport.onImpairment(() => this.#changed());
  }

  /** Writes what was counted last. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#throttled[Symbol.dispose]();
  }

  #changed(): void {
    const { impairments } = this.#transport;
    for (const { part, reason } of impairments)
      if (!this.#current.has(reason)) this.#throttled.add(reason, { part, reason });
    this.#current = new Set(impairments.map(({ reason }) => reason));
  }
}
