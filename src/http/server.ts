/** The HTTP server: bounds what comes in, hands it to GraphiQL or Yoga, and stops without leaving anything open. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../log.js';
import { callerOf } from './caller.js';
import { serveGraphiQL, wantsGraphiQL } from './graphiql.js';
import { maxBodyBytes, readBody } from './request-body.js';
import { isForeignOrigin } from './same-origin.js';
import { serveWebSocket } from './websocket.js';
import { graphqlPath } from './yoga.js';
import type { Yoga } from './yoga.js';

/** Milliseconds for the head, and for the whole of a request; a client that is slower is cut off. */
const headersTimeout = 10_000;
const requestTimeout = 20_000;
/** Milliseconds that open requests get to finish when the server stops. */
const grace = 1_500;

export interface HttpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Of GraphiQL and the API. */
  readonly url: string;
}

export interface HttpServerOptions {
  readonly yoga: Yoga;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log: Logger;
}

/** @throws NodeJS.ErrnoException such as EADDRINUSE when it cannot listen. */
export async function startHttpServer({
  yoga,
  host,
  port,
  log,
}: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({ headersTimeout, requestTimeout }, (request, response) => {
    handle(yoga, request, response).catch((error: unknown) => {
      if (response.destroyed || request.destroyed) return; // the client has left
      log.error('a request failed', { error });
      if (response.headersSent) response.destroy();
      else fail(response, 500, 'INTERNAL_SERVER_ERROR', 'Unexpected error');
    });
  });
  const webSocket = serveWebSocket(server, yoga, log);
  await listen(server, host, port);
  const address = server.address() as AddressInfo; // it listens on TCP
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    host,
    port: address.port,
    url: `http://${shownHost}:${address.port}${graphqlPath}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await webSocket[Symbol.asyncDispose]();
      server.closeIdleConnections();
      const forced = setTimeout(() => server.closeAllConnections(), grace);
      await closed;
      clearTimeout(forced);
    },
  };
}

async function handle(yoga: Yoga, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/') {
    response.writeHead(302, { location: graphqlPath }).end();
    return;
  }
  if (wantsGraphiQL(request)) return serveGraphiQL(request, response);
  const caller = callerOf(request);
  if (request.method === 'GET' || request.method === 'HEAD') {
    await yoga(request, response, { caller });
    return;
  }
  if (isForeignOrigin(request.headers)) {
    response.setHeader('connection', 'close'); // the body is not read
    fail(response, 403, 'FORBIDDEN', 'Requests from pages of other origins are refused');
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    response.setHeader('connection', 'close'); // the rest of the body is not read
    fail(response, 413, 'LIMIT_EXCEEDED', `The body is larger than ${maxBodyBytes} bytes`);
    return;
  }
  // Yoga takes a body that was read before as it is: no second stream, no second Request.
  await yoga(Object.assign(request, { body }), response, { caller });
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
