/**
 * What is done about a WebSocket whose client is slow, so that it costs little: a client that does not read is not read
 * from, and a client that has given no sign of life for long is cut off. A client that reads slowly lives: a ping, which
 * waits behind all that was sent before it, may well take longer than the time between two pings.
 */
import type { WebSocket } from 'ws';

export interface SlowSocketOptions {
  /** Bytes that may wait for the client; above, no further request of its is read. */
  readonly maxBuffered: number;
  /** Milliseconds between two pings. */
  readonly pingInterval: number;
  /** Milliseconds without any sign of life. */
  readonly patience: number;
  /** Called when the client is cut off. */
  readonly onStalled: () => void;
}

const maxBuffered = 1024 * 1024;
const longestPingInterval = 12_000;
/** RFC 6455, section 7.4.1: a violation of the policy. */
const policyViolation = 1008;

/** Several pings within the patience, so that a client that lives has time to answer. */
export function slowSocketOptions(patience: number, onStalled: () => void): SlowSocketOptions {
  const pingInterval = Math.min(longestPingInterval, patience / 4);
  return { maxBuffered, pingInterval, patience, onStalled };
}

export function watchSlowSocket(
  socket: WebSocket,
  { maxBuffered, pingInterval, patience, onStalled }: SlowSocketOptions,
): void {
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
  const cutOff = (): void => {
    clearInterval(pinging);
    onStalled();
    // The reason reaches a client that begins to read now; the connection of any other is destroyed in a second.
    socket.close(policyViolation, 'CLIENT_STALLED: the client does not read');
  };
  const pinging = setInterval(() => {
    look();
    if (performance.now() - lastSignAt > patience) cutOff();
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
