/**
 * A WebSocket whose errors end it and nothing else: without a listener, a connection that is refused or reset would fail
 * the whole run. Its `close` event follows every error.
 */
import { WebSocket as NodeWebSocket } from 'ws';
import type { ClientOptions } from 'ws';

export class WebSocket extends NodeWebSocket {
  constructor(address: string | URL, protocols?: string | string[], options?: ClientOptions) {
    super(address, protocols, options);
    this.on('error', () => undefined);
  }
}
