/**
 * Ignores every upgrade but that to a WebSocket, as RFC 9110, section 7.8, lets a server do: the request is served over
 * HTTP/1.1. `curl --http2` and Java's HttpClient ask for h2c with each first request.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseSocket } from '../error-response.js';
import { bodyTooLarge, readBody } from '../request-body.js';
import { takeConnection } from './upgrade-stream.js';

export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** What only an upgrade needs: h2c sends the last. */
const upgradeHeaders: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);
/** Events to which the server listens again with each connection that it is given. */
const serverEvents = ['timeout', 'pause', 'resume'] as const;
/** From Node 26 on the request has its body; up to 25 the body is in front of what comes behind the head. */
const readsBodies = Number(process.versions.node.split('.', 1)[0]) >= 26;
const lastChunk = Buffer.from('0\r\n\r\n');

/**
 * Gives the connection back to the server with the request, without its upgrade, before everything that came behind it.
 * Node has an option for this from 22.21 and 24.9 on, `shouldUpgradeCallback`, which loses what came in the same read:
 * requests that a client sent without waiting for answers.
 */
export class IgnoredUpgrades {
  readonly #server: Server;
  readonly #maxBodyBytes: number;
  /** Requests of each connection that are not answered yet: of those that are sent without waiting for answers. */
  readonly #unanswered = new WeakMap<Duplex, Set<ServerResponse>>();

  constructor(server: Server, maxBodyBytes: number) {
    this.#server = server;
    this.#maxBodyBytes = maxBodyBytes;
    server.on('request', ({ socket }, response) => this.#watch(socket, response));
  }

  /**
   * @param stream the connection, or a stream that stands for it until Node has read the body
   * @param head bytes that were read behind the head of the request, or behind its body
   */
  serve(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { socket } = request;
    const take = stream === socket ? (): Buffer => head : takeConnection(socket, stream);
    const fail = (): void => void socket.destroy();
    socket.on('error', fail);
    const unanswered = [...(this.#unanswered.get(socket) ?? [])];
    const answered = unanswered.map(
      (response) => new Promise((resolve) => response.once('close', resolve)),
    );
    const serve = async (): Promise<void> => {
      await Promise.all(answered);
      const body = await this.#body(request);
      if (socket.destroyed) return;
      if (body === null) return refuseSocket(socket, bodyTooLarge(this.#maxBodyBytes));
      const behind = take();
      socket.off('error', fail);
      for (const event of serverEvents) socket.removeAllListeners(event);
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), body, behind]));
      this.#server.emit('connection', socket);
      socket.resume();
    };
    serve().catch(fail); // the client has left
  }

  /** The body as it is sent, or as much of it as Node has read; null if it is too large. */
  async #body(request: IncomingMessage): Promise<Buffer | null> {
    if (!readsBodies) return Buffer.alloc(0);
    if (!request.complete && request.headers.expect?.toLowerCase() === '100-continue')
      request.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    const body = await readBody(request, this.#maxBodyBytes);
    if (body === null) return null;
    const { bytes } = body;
    if (request.headers['transfer-encoding'] === undefined) return bytes;
    if (bytes.length === 0) return lastChunk;
    return Buffer.concat([
      Buffer.from(`${bytes.length.toString(16)}\r\n`),
      bytes,
      Buffer.from('\r\n'),
      lastChunk,
    ]);
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
