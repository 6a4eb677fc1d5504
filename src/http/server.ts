/** The HTTP server: bounds what comes in, hands it to GraphiQL or Yoga, and stops without leaving anything open. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Access } from '../access/open-access.js';
import type { Logger } from '../log.js';
import type { Caller } from '../graphql/context.js';
import {
  answerBrokenRequests,
  hasOneHost,
  isWellFormed,
  oneHost,
} from './connections/broken-requests.js';
import { callerOf, requestOf } from './caller.js';
import { ConnectionLimit } from './connections/connection-limit.js';
import { refusalOf } from './browser-policy.js';
import { allowOrigin, answerPreflight, isPreflight } from './cors.js';
import { healthRouteOf, serveHealth } from './routes/health-routes.js';
import { serveGraphiQL, wantsGraphiQL } from './routes/graphiql.js';
import type { ServerLimits } from './limits.js';
import { isMetricsRequest, serveMetrics } from './routes/metrics-route.js';
import type { MetricsSource } from './routes/metrics-route.js';
import type { ReadinessSource } from '../cluster/readiness.js';
import { refuse, refuseUnauthenticated } from './error-response.js';
import { FastPath } from './kept/fast-path.js';
import type { KeptAnswers } from './kept/kept-answers.js';
import { bodyTooLarge, readBody } from './request-body.js';
import type { ReadBody } from './request-body.js';
import { RequestTurns } from './request-turns.js';
import { watchSlowStream } from './connections/slow-stream.js';
import { StalledClients } from './connections/stalled-clients.js';
import { serveWebSocket } from './websocket.js';
import { graphqlPath } from './yoga.js';
import type { Yoga } from './yoga.js';

/** Milliseconds after which a client that is slow is cut off. */
export interface HttpTimeouts {
  /** For the head of a request. */
  readonly headers: number;
  /** For the whole of it. */
  readonly request: number;
  /** Between two looks at which clients are late. */
  readonly check: number;
}

const defaultTimeouts: HttpTimeouts = { headers: 10_000, request: 20_000, check: 1_000 };
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
  readonly access: Access;
  readonly readiness: ReadinessSource;
  readonly limits: ServerLimits;
  /** Of `/metrics`; null where it is not served. */
  readonly metrics: MetricsSource | null;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log: Logger;
  /** Aborted when the gateway stops, before its streams end. */
  readonly stopping: AbortSignal;
  readonly timeouts?: HttpTimeouts;
  /** Answers that are kept to be given again; null, as by default, where none are. */
  readonly kept?: KeptAnswers | null;
  /** Of durations, milliseconds; must not go back. */
  readonly durationClock?: () => number;
}

/** @throws NodeJS.ErrnoException such as EADDRINUSE when it cannot listen. */
export async function startHttpServer({
  yoga,
  access,
  readiness,
  limits,
  metrics,
  host,
  port,
  log,
  stopping,
  timeouts = defaultTimeouts,
  kept = null,
  durationClock: clock = () => performance.now(),
}: HttpServerOptions): Promise<HttpServer> {
  const connections = new ConnectionLimit(limits.maxConnections, log);
  const turns = new RequestTurns();
  const stalled = new StalledClients(log, limits.idleTimeout, metrics?.operations ?? null);
  const options = {
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    connectionsCheckingInterval: timeouts.check,
    requireHostHeader: false, // it would be answered without a body
  };
  const fast =
    kept && new FastPath({ kept, authenticator: access.authenticator, limits, metrics, clock });
  const handling = { yoga, access, limits, metrics, stalled, turns, fast };
  const handleWhole = (
    request: IncomingMessage,
    response: ServerResponse,
    body?: ReadBody | null,
  ): void => {
    setSecurityHeaders(response);
    if (metrics) response.once('finish', () => metrics.operations.answered(response.statusCode));
    if (!hasOneHost(request)) {
      response.setHeader('connection', 'close');
      refuse(response, oneHost);
      return;
    }
    const health = healthRouteOf(request);
    if (!health && connections.isCrowded(request.socket)) {
      response.setHeader('connection', 'close');
      refuse(response, { code: 'LIMIT_EXCEEDED', message: connections.message });
      return;
    }
    const handled = health
      ? serveHealth(health, readiness, response)
      : handle(handling, request, response, body);
    handled.catch((error: unknown) => {
      if (response.destroyed || request.destroyed) return; // the client has left
      log.error('request failed', { error });
      if (response.headersSent) response.destroy();
      else refuse(response, { code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected error' });
    });
  };
  const server = createServer(options, (request, response) => {
    if (fast) fast.handle(request, response, handleWhole);
    else handleWhole(request, response);
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    setSecurityHeaders(response);
    refuse(response, {
      code: 'BAD_REQUEST',
      message: 'No expectation is met but `100-continue`',
      status: 417,
    });
  });
  answerBrokenRequests(server);
  connections.watch(server);
  // A socket is idle when nothing comes from it and it takes nothing: it is destroyed, whatever waits for it.
  server.timeout = limits.idleTimeout;
  const webSocket = serveWebSocket(server, {
    yoga,
    access,
    limits,
    connections,
    stalled,
    log,
    stopping,
  });
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
      connections[Symbol.dispose]();
      stalled[Symbol.dispose]();
    },
  };
}

interface Handling extends Pick<HttpServerOptions, 'yoga' | 'access' | 'limits' | 'metrics'> {
  readonly stalled: StalledClients;
  readonly turns: RequestTurns;
  readonly fast: FastPath | null;
}

async function handle(
  { yoga, access, limits, metrics, stalled, turns, fast }: Handling,
  request: IncomingMessage,
  response: ServerResponse,
  known: ReadBody | null | undefined,
): Promise<void> {
  const { authenticator, hosts } = access;
  if (!isWellFormed(request)) {
    refuse(response, {
      code: 'BAD_REQUEST',
      message: 'The path and the Host header are no URL together',
    });
    return;
  }
  if (request.url === '/') {
    response.writeHead(302, { location: graphqlPath }).end();
    return;
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const refusal = refusalOf(request, hosts, limits.corsOrigins);
  if (refusal !== null) {
    authenticator.refused(requestOf(request), refusal);
    refuse(response, refusal);
    return;
  }
  allowOrigin(request, response, limits);
  if (isPreflight(request, limits)) {
    answerPreflight(request, response);
    return;
  }
  const isPage = wantsGraphiQL(request);
  // The page holds nothing. Only where users have passwords must the browser be made to ask for one.
  if (isPage && !authenticator.asksBrowsers) return serveGraphiQL(request, response);
  const { revision } = authenticator;
  let caller: Caller;
  try {
    caller = await callerOf(request, access);
  } catch (error) {
    refuseUnauthenticated(response, error, authenticator.challenges);
    return;
  }
  if (isPage) return serveGraphiQL(request, response);
  if (metrics && isMetricsRequest(request))
    return serveMetrics(metrics, caller.viewer, request, response);
  const watchStream = (): void => {
    // Yoga has written a whole answer, or begun a stream.
    if (response.writableEnded || response.destroyed) return;
    watchSlowStream(response, limits.idleTimeout, () => stalled.add('sse', caller.clientAddress));
  };
  if (reads) {
    const keep = fast?.keeps(request, { caller, revision, body: null });
    await turns.take();
    await yoga(request, response, { caller, ...(keep && { keep }) });
    watchStream();
    return;
  }
  const { maxBodyBytes } = limits;
  const body = known === undefined ? await readBody(request, maxBodyBytes) : known;
  if (body === null) {
    refuse(response, bodyTooLarge(maxBodyBytes));
    return;
  }
  const keep = fast?.keeps(request, { caller, revision, body: body.bytes });
  await turns.take();
  // Yoga takes a body that was read before as it is: no second stream, no second Request.
  await yoga(Object.assign(request, { body }), response, { caller, ...(keep && { keep }) });
  watchStream();
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

/** Headers of every answer, for browsers: data of the cluster is not to be kept, framed, embedded or taken for a page. */
const securityHeaders = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** To be called first: GraphiQL and event streams have some of their own. */
function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
}
