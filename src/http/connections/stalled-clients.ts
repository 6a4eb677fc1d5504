/** Clients of subscriptions that are cut off because they read nothing: counted, and named in the log. */
import type { Logger } from '../../log.js';
import type { OperationTally, StreamTransport } from '../../prometheus/operation-tally.js';
import { ThrottledLog } from '../../throttled-log.js';

/** Disposing it writes to the log what was only counted until then. */
export class StalledClients implements Disposable {
  readonly #log: ThrottledLog;
  readonly #tally: OperationTally | null;
  readonly #patience: number;

  /**
   * @param patience milliseconds after which they are cut off
   * @param tally counts them for `/metrics`; null where that is not served
   */
  constructor(log: Logger, patience: number, tally: OperationTally | null) {
    this.#log = new ThrottledLog({ log, message: 'client cut off: it does not read' });
    this.#patience = patience;
    this.#tally = tally;
  }

  /** @param address null if unknown */
  add(transport: StreamTransport, address: string | null): void {
    this.#tally?.stalled(transport);
    const fields = { code: 'CLIENT_STALLED', transport, address };
    this.#log.add(`${transport} ${address}`, { ...fields, afterSeconds: this.#patience / 1_000 });
  }

  [Symbol.dispose](): void {
    this.#log[Symbol.dispose]();
  }
}
