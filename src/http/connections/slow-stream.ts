/**
 * Cuts off the client of an event stream that takes nothing of what waits for it. A stream on which nothing happens is
 * another thing: nothing waits, and it goes on. Yoga's listener switches the server's own timeout off for both.
 */
import type { ServerResponse } from 'node:http';

/**
 * To be called when the stream has begun.
 * @param patience milliseconds in which the client must take something
 */
export function watchSlowStream(
  response: ServerResponse,
  patience: number,
  onStalled: () => void,
): void {
  const { socket } = response;
  if (socket === null) return;
  // Node counts it as activity, and calls back later, when a part of what waits was taken.
  response.setTimeout(patience, () => {
    if (socket.writableLength === 0) return;
    onStalled();
    socket.destroy();
  });
}
