/**
 * The floor of subscriptions: one buffer, sent to every subscriber each second, over server-sent events and WebSocket.
 * Started by `startBareStreams`.
 */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

process.once('message', ({ item, interval }) => {
  const result = JSON.stringify({ data: item });
  const event = Buffer.from(`event: next\ndata: ${result}\n\n`);
  const frame = Buffer.from(`{"id":"1","type":"next","payload":${result}}`);
  const responses = new Set();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event);
    responses.add(response);
    response.on('close', () => responses.delete(response));
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) =>
    socket.on('message', (text) =>
      socket.send(String(text).includes('connection_init') ? '{"type":"connection_ack"}' : frame),
    ),
  );
  setInterval(() => {
    for (const response of responses) response.write(event);
    for (const socket of sockets.clients) socket.send(frame, { binary: false });
  }, interval);
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());
