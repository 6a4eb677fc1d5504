/**
 * A TCP connection whose errors end it and nothing else: without a listener, a reset that arrives after a test has read
 * its answer would fail the whole run.
 */
import { connect, type Socket } from 'node:net';

export function connectTcp(port: number, host: string): Socket {
  return connect(port, host).on('error', () => undefined);
}
