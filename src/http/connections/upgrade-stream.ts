/**
 * The stream that Node 26 puts in place of a connection while the body of a request with an upgrade arrives: the body
 * goes to the request, what comes behind it to the stream. See `Event: 'upgrade'` in Node's documentation of http.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What the stream listens to at its connection from its beginning on; to `data` when the body has ended. */
const streamEvents = ['error', 'end', 'close'] as const;

/**
 * Call it when the stream is new, before anything else listens to the connection, and what it returns when the body was
 * read: the connection is then free of the stream, and paused.
 * @returns takes the bytes behind the body, as far as they were read
 */
export function takeConnection(socket: Socket, stream: Duplex): () => Buffer {
  stream.on('error', () => undefined); // the connection has reported it
  const added = streamEvents.map((event) => [event, socket.listeners(event).at(-1)] as const);
  return () => {
    socket.removeAllListeners('data');
    const behind: unknown = stream.read();
    socket.pause(); // reading the stream has resumed it
    for (const [event, listener] of added) {
      if (listener) socket.off(event, listener as () => void);
    }
    // Node keeps the stream at its connection, and would take it for that of the next upgrade.
    const properties = socket as unknown as Record<symbol, unknown>;
    for (const key of Object.getOwnPropertySymbols(socket)) {
      if (properties[key] === stream) Reflect.deleteProperty(socket, key);
    }
    return Buffer.isBuffer(behind) ? behind : Buffer.alloc(0);
  };
}
