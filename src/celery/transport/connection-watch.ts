/** What a transport says of its connection: the state, its listeners, and one line in the log for each change. */
import type { Logger } from '../../log.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../listeners.js';
import type { ConnectionState } from './transport.js';

export class ConnectionWatch {
  readonly #address: string;
  readonly #log: Logger;
  readonly #listeners: Listeners<[ConnectionState]>;
  #everConnected = false;
  #closed = false;
  #state: ConnectionState = {
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

  get state(): ConnectionState {
    return this.#state;
  }

  onChange(listener: (state: ConnectionState) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** A new reason alone is no change that is told. */
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
    else this.#log.warn('lost the broker', { broker: this.#address, reason });
    this.#listeners.notify(this.#state);
  }

  /** Nobody is told of the end that is meant. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }
}
