/** Whether a socket takes more: what is made for a client that does not read would only wait. */
import type { Socket } from 'node:net';

/** One wait for each socket, however many streams share it. */
const waits = new WeakMap<Socket, Promise<void>>();

/**
 * Resolves when all that was written to the socket has been handed to the system, or when the socket has closed; null
 * while the socket takes more at once.
 */
export function roomOf(socket: Socket): Promise<void> | null {
  if (!socket.writableNeedDrain || socket.destroyed) return null;
  const known = waits.get(socket);
  if (known !== undefined) return known;
  const wait = new Promise<void>((resolve) => {
    const end = (): void => {
      socket.off('drain', end).off('close', end);
      waits.delete(socket);
      resolve();
    };
    socket.on('drain', end).on('close', end);
  });
  waits.set(socket, wait);
  return wait;
}
