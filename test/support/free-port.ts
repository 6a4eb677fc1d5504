/**
 * A TCP port of 127.0.0.1 that no process listens on. Taken from below the kernel's ephemeral range
 * (32768 and up on Linux): while a server is down in an outage test, no outgoing connection can be
 * given its port, and no client that keeps reconnecting can connect to itself.
 */
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

const lowest = 20_000;
const highest = 32_000;
/** Handed out by this process already: the server that asked may not listen yet. */
const taken = new Set<number>();

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowest, highest);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No free port between ${lowest} and ${highest}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
