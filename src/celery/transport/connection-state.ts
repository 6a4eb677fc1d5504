/** What a transport says of its connection: the state, its listeners, and one line in the log for each change. */
import type { Logger } from '../../log.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { ConnectionStatus } from './transport.js';

export class ConnectionState {
  readonly #address: string;
  readonly #log: Logger;
  readonly #listeners: Listeners<[ConnectionStatus]>;
  #everConnected = false;
  #closed = false;
  #state: ConnectionStatus = {
    connected: false,
    since: Date.now(),
    reconnects: 0,
    reason: 'not connected yet',
  };

  /** @param address without credentials */
  constructor(address: string, log: Logger, onListenerError: OnListenerError = ignoreListenerErrors) {
    this.#listeners = new Listeners('connection', onListenerError);
    this.#address = address;
    this.#log = log;
  }

  get status(): ConnectionStatus {
    return this.#state;
  }

  onChange(listener: (state: ConnectionStatus) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** A new reason alone is stored, but not emitted. */
  update(connected: boolean, reason: string | null): void {
    if (this.#closed) return;
    if (connected === this.#state.connected) {
      if (!connected) this.#state = { ...this.#state, reason };
      return;
    }
    const isReturn = connected && this.#everConnected;
    this.#everConnected ||= connected;
    const reconnects = this.#state.reconnects + (isReturn ? 1 : 0);
    this.#state = { connected, since: Date.now(), reconnects, reason };
    if (connected) this.#log.info('connected to the broker', { broker: this.#address });
    else this.#log.warn('connection to the broker lost', { broker: this.#address, reason });
    this.#listeners.notify(this.#state);
  }

  /** An intended end is not emitted. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }
}
