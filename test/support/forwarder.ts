/** A TCP address that moves: it leads new connections to the target of the moment, and leaves the old ones where they are. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Forwarder extends AsyncDisposable {
  readonly port: number;
  /** Port on this machine to which connections lead that are made from now on. */
  target: number;
}

export async function startForwarder(target: number): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  const forwarder = { port: 0, target, [Symbol.asyncDispose]: () => close(server, sockets) };
  const server = createServer((client) => {
    const onward = connect({ host: '127.0.0.1', port: forwarder.target });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(onward).pipe(client);
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // The address of a server that listens on TCP is never a text.
  forwarder.port = (server.address() as AddressInfo).port;
  return forwarder;
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}
