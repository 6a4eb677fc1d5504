/** Clients that subscribe to a gateway and read nothing of the answer. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectTcp } from './connect-tcp.js';
import { WebSocket } from './web-socket.js';

/** Scheme, host and port of a gateway. */
interface Addressed {
  readonly origin: string;
}

/** Over server-sent events. */
export async function pausedStream({ origin }: Addressed, query: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connectTcp(Number(port), hostname).pause();
  await once(socket, 'connect');
  const body = JSON.stringify({ query });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

/** Over a WebSocket, of which it reads the greeting alone. */
export async function pausedWebSocket({ origin }: Addressed, query: string): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.pause();
  socket.send(JSON.stringify({ type: 'subscribe', id: 'a', payload: { query } }));
  return socket;
}
