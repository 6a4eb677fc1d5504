/** Many subscribers in this process, over server-sent events or WebSocket, that count what they receive. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { requestBytes } from './load.mjs';

const event = Buffer.from('event: next');

/** How many times the bytes occur. */
function occurrences(chunk) {
  let count = 0;
  for (let at = chunk.indexOf(event); at >= 0; at = chunk.indexOf(event, at + 1)) count++;
  return count;
}

/** @param onItem gets the chunk that ends with one or more items, and how many they are */
export async function subscribeSse({ port }, subscription, onItem) {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    requestBytes(
      {
        method: 'POST',
        path: '/graphql',
        headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
        body: JSON.stringify({ query: subscription }),
      },
      port,
    ),
  );
  socket.on('data', (chunk) => {
    const items = occurrences(chunk);
    if (items > 0) onItem(chunk, items);
  });
  return () => socket.destroy();
}

export async function subscribeWebSocket({ port }, subscription, onItem) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message'); // connection_ack
  socket.on('message', (data) => {
    if (data.indexOf('"type":"next"') >= 0) onItem(data, 1);
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: subscription } }));
  return () => socket.terminate();
}
