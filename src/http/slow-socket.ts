/**
 * What is done about a WebSocket whose client is slow, so that it costs little: who does not read is not read from,
 * and who has not given a sign of life for long is cut off. A client that reads slowly lives: a ping, which waits
 * behind all that was sent before it, may well take longer than the time between two pings.
 */
import type { WebSocket } from 'ws';

export interface SlowSocketOptions {
  /** Bytes that may wait for the client; above, no further request of its is read. */
  readonly maxBuffered: number;
  /** Milliseconds between two pings. */
  readonly pingInterval: number;
  /** Milliseconds without any sign of life. */
  readonly patience: number;
}

export const slowSocketDefaults: SlowSocketOptions = {
  maxBuffered: 1024 * 1024,
  pingInterval: 12_000,
  patience: 120_000,
};

export function watchSlowSocket(socket: WebSocket, options = slowSocketDefaults): void {
  const { maxBuffered, pingInterval, patience } = options;
  let lastSignAt = performance.now();
  let lastBuffered = 0;
  const isAlive = (): void => void (lastSignAt = performance.now());
  const look = (): void => {
    const buffered = socket.bufferedAmount;
    if (buffered < lastBuffered) isAlive(); // it has taken something
    lastBuffered = buffered;
    if (buffered > maxBuffered) socket.pause();
    else if (socket.isPaused) socket.resume();
  };
  const pinging = setInterval(() => {
    look();
    if (performance.now() - lastSignAt > patience) socket.terminate();
    else if (lastBuffered <= maxBuffered && socket.readyState === socket.OPEN) socket.ping();
  }, pingInterval).unref();
  const resuming = setInterval(() => {
    if (socket.isPaused) look();
  }, resumeInterval).unref();
  socket.on('pong', isAlive);
  socket.on('message', () => {
    isAlive();
    look();
  });
  socket.once('close', () => {
    clearInterval(pinging);
    clearInterval(resuming);
  });
}

/** Milliseconds between two looks whether a client that is not read from has caught up. */
const resumeInterval = 250;
