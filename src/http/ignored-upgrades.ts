/**
 * Ignores every upgrade but that to a WebSocket, as RFC 9110, section 7.8, lets a server do: the request is served over
 * HTTP/1.1. `curl --http2` and Java's HttpClient ask for h2c with each first request.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** What only an upgrade needs: h2c sends the last. */
const upgradeHeaders: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
/** Events to which the server listens again with each connection that it is given. */
const serverEvents = ['timeout', 'pause', 'resume'] as const;

/**
 * Gives the connection back to the server with the request, without its upgrade, before everything that came behind it.
 * Node has an option for this from 22.21 and 24.9 on, `shouldUpgradeCallback`, which loses what came in the same read.
 */
export class IgnoredUpgrades {
  readonly #server: Server;
  /** Requests of each connection that are not answered yet: of those that are sent without waiting for answers. */
  readonly #unanswered = new WeakMap<Duplex, Set<ServerResponse>>();

  constructor(server: Server) {
    this.#server = server;
    server.on('request', ({ socket }, response) => this.#watch(socket, response));
  }

  /** @param head bytes that were read behind the head of the request */
  serve(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const fail = (): void => void socket.destroy();
    socket.on('error', fail);
    const unanswered = [...(this.#unanswered.get(socket) ?? [])];
    const answered = unanswered.map(
      (response) => new Promise((resolve) => response.once('close', resolve)),
    );
    void Promise.all(answered).then(() => {
      socket.off('error', fail);
      if (socket.destroyed) return;
      for (const event of serverEvents) socket.removeAllListeners(event);
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]));
      this.#server.emit('connection', socket);
    });
  }

  #watch(socket: Duplex, response: ServerResponse): void {
    const responses = this.#unanswered.get(socket) ?? new Set();
    this.#unanswered.set(socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  }
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method ?? ''} ${url ?? ''} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (upgradeHeaders.has(name.toLowerCase())) continue;
    const kept = name.toLowerCase() === 'connection' ? withoutUpgradeTokens(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'); // as Node reads it
}

function withoutUpgradeTokens(value: string): string {
  const tokens = value.split(',').map((token) => token.trim());
  return tokens.filter((token) => !upgradeHeaders.has(token.toLowerCase())).join(', ');
}
