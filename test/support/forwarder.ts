/**
 * A TCP address that moves: it leads new connections to the target of the moment, and leaves the old ones where they are.
 * It may be as slow as a distant one.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Forwarder extends AsyncDisposable {
  readonly port: number;
  /** Port on this machine to which connections lead that are made from now on. */
  target: number;
  /** Breaks the connections of this moment. */
  readonly cut: () => void;
}

/** @param latency milliseconds that each byte takes longer, in either direction */
export async function startForwarder(target: number, latency = 0): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  const forwarder = {
    port: 0,
    target,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
  const server = createServer((client) => {
    const onward = connect({ host: '127.0.0.1', port: forwarder.target });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(late(latency)).pipe(onward);
    onward.pipe(late(latency)).pipe(client);
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // The address of a server that listens on TCP is never a text.
  forwarder.port = (server.address() as AddressInfo).port;
  return forwarder;
}

/** Hands on what it takes, in order, after that time, without holding up what comes next. */
function late(latency: number): Transform {
  let pending = 0;
  let ended: (() => void) | null = null;
  return new Transform({
    transform(chunk, _encoding, done) {
      pending++;
      setTimeout(() => {
        this.push(chunk);
        if (--pending === 0) ended?.();
      }, latency);
      done();
    },
    flush(done) {
      if (pending === 0) done();
      else ended = done;
    },
  });
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}
