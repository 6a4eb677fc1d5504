/**
 * GraphQL over WebSocket (the graphql-transport-ws protocol of graphql-ws). Yoga runs each operation as it runs those of
 * a POST, so that limits, masking and cache status are the same as over HTTP.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, GraphQLSchema, parse } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { GraphQLParams } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import type { Access } from '../access/open-access.js';
import { GatewayError, UnauthenticatedError } from '../errors.js';
import type { Caller, Context } from '../graphql/context.js';
import { maxNameLength } from '../graphql/limits/document-text.js';
import { limitError } from '../graphql/limits/limit-error.js';
import { createErrorMask } from '../graphql/errors/mask-error.js';
import type { Logger } from '../log.js';
import { hasOneHost, oneHost } from './connections/broken-requests.js';
import { callerOf, requestOf } from './caller.js';
import type { ConnectionLimit } from './connections/connection-limit.js';
import { IgnoredUpgrades, isWebSocketUpgrade } from './connections/ignored-upgrades.js';
import type { ServerLimits } from './limits.js';
import { refusalOf } from './browser-policy.js';
import { closeFor, goingAway, refuseSocket, restarted, unauthorized } from './error-response.js';
import { SessionEnds } from './session-ends.js';
import { shownResult, withoutHttp } from './shown-result.js';
import { SentStream } from './subscriptions/sent-stream.js';
import { SlowSockets } from './connections/slow-socket.js';
import type { StalledClients } from './connections/stalled-clients.js';
import type { ServerContext } from './server-context.js';
import { graphqlPath } from './yoga.js';
import type { Yoga } from './yoga.js';

/** Operations that may run at once on one socket. */
const maxOperations = 100;
/** Off: its pings give a slow client no more time than there is between two of them. See slow-socket.ts. */
const keepAlive = 0;
/** Milliseconds that a client has to answer a close; without an end one that is stalled would hold up the stop. */
const closeTimeout = 1_000;

/** The result of an operation, or the stream of its items. */
type Outcome = ExecutionResult | AsyncIterable<ExecutionResult>;

/** What graphql-ws executes: a result that is there already, since Yoga has parsed, validated and executed the operation. */
interface Executed extends ExecutionArgs {
  readonly rootValue: Outcome;
}

/** graphql-ws looks for an operation in a document, and for nothing else. */
const executed = { schema: new GraphQLSchema({}), document: parse('{ __typename }') };

export interface WebSocketOptions {
  readonly yoga: Yoga;
  readonly access: Access;
  readonly limits: ServerLimits;
  readonly connections: ConnectionLimit;
  readonly stalled: StalledClients;
  readonly log: Logger;
  /** Aborted when the gateway stops, before its streams end. */
  readonly stopping: AbortSignal;
}

/** Disposing it closes every connection and ends the subscriptions. */
export function serveWebSocket(
  server: Server,
  { yoga, access, limits, connections, stalled, log, stopping }: WebSocketOptions,
): AsyncDisposable {
  const { authenticator, hosts } = access;
  const sessionEnds = new SessionEnds(authenticator.sessions);
  /** Who is at the other end, from the moment that it is known. */
  const callers = new WeakMap<IncomingMessage, Caller>();
  const maskError = createErrorMask(log);
  // A variable, since the types of ws do not know `closeTimeout` yet.
  const socketOptions = { noServer: true, maxPayload: limits.maxBodyBytes, closeTimeout };
  const sockets = new WebSocketServer(socketOptions);
  sockets.on('wsClientError', (_error, socket) =>
    refuseSocket(socket, { code: 'BAD_REQUEST', message: 'This is no WebSocket handshake' }),
  );
  const slow = new SlowSockets(limits.idleTimeout);
  const ignored = new IgnoredUpgrades(server, limits.maxBodyBytes);
  /** What graphql-ws is to send: a result or a stream, or the errors of what was refused before it was executed. */
  const run = async (
    params: GraphQLParams,
    req: IncomingMessage,
    caller: Caller,
  ): Promise<Executed | readonly GraphQLError[]> => {
    // No GET, as the upgrade was: Yoga refuses mutations by GET.
    const request = new yoga.fetchAPI.Request(`http://localhost${graphqlPath}`, { method: 'POST' });
    const context: ServerContext & { readonly req: IncomingMessage } = { caller, req };
    const result = (await yoga.getResultForParams({ params, request }, context)) ?? {};
    if (!(Symbol.asyncIterator in result) && result.errors && !hasBegun(context)) return result.errors;
    return { ...executed, rootValue: result };
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isWebSocketUpgrade(request)) {
      ignored.serve(request, socket, head);
      return;
    }
    const path = (request.url ?? '').split('?', 1)[0];
    socket.on('error', () => socket.destroy());
    if (connections.isCrowded(request.socket)) {
      refuseSocket(socket, { code: 'LIMIT_EXCEEDED', message: connections.message });
      return;
    }
    if (!hasOneHost(request)) {
      refuseSocket(socket, oneHost);
      return;
    }
    if (path !== graphqlPath) {
      refuseSocket(socket, { code: 'NOT_FOUND', message: `WebSockets are served at ${graphqlPath}` });
      return;
    }
    const refusal = refusalOf(request, hosts, limits.corsOrigins);
    if (refusal !== null) {
      authenticator.refused(requestOf(request), refusal);
      refuseSocket(socket, refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const onStalled = (): void => stalled.add('websocket', request.socket.remoteAddress ?? null);
      slow.watch(client, onStalled);
      sockets.emit('connection', client, request);
      // A frame too large, or not of the protocol: ws closes it with the right code. graphql-ws's own listener would
      // print a stack trace among the log's JSON, for anything that a client sends.
      client.removeAllListeners('error').on('error', () => undefined);
    });
  };
  server.on('upgrade', onUpgrade);
  // Before a stream ends: its `complete` would say that it has nothing more to bring, and clients would not come back.
  const goAway = (): void => {
    for (const client of sockets.clients) client.close(...goingAway);
  };
  stopping.addEventListener('abort', goAway, { once: true });

  const graphqlWs = useServer(
    {
      execute: (args) => (args as Executed).rootValue,
      onError: (_context, _id, _payload, errors) => errors.map(withoutHttp),
      onNext: (_context, _id, _payload, _args, result) => result.errors && shownResult(result),
      onConnect: async ({ connectionParams, extra: { request, socket } }) => {
        try {
          const caller = await callerOf(request, access, connectionParams);
          callers.set(request, caller);
          const forget = sessionEnds.add(caller.viewer, (why) => {
            const [code, reason] = why === 'visibility' ? restarted : unauthorized;
            socket.close(code, reason);
          });
          socket.once('close', forget);
          if (socket.readyState !== socket.OPEN) forget(); // it has left meanwhile
          return true;
        } catch (error) {
          if (!(error instanceof GatewayError)) log.error('WebSocket failed', { error });
          const [code, reason] = closeFor(error);
          socket.close(code, reason);
          return false;
        }
      },
      onSubscribe: async (context, id, given) => {
        if (id.length > maxNameLength)
          return [limitError(`An id of an operation has no more than ${maxNameLength} characters`)];
        if (Object.keys(context.subscriptions).length > maxOperations) {
          const message = `No more than ${maxOperations} operations run at once on one socket`;
          return [new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } })];
        }
        const request = context.extra.request;
        const caller = callers.get(request);
        if (!caller) return [maskError(new UnauthenticatedError())];
        try {
          const found = await run(paramsOf(given), request, caller);
          if (!('rootValue' in found) || !(Symbol.asyncIterator in found.rootValue)) return found;
          return { ...executed, rootValue: new SentStream(found.rootValue, id, context.extra.socket) };
        } catch (error) {
          // Thrown, it would close the socket with all that runs on it.
          return [maskError(error)];
        }
      },
    },
    sockets,
    keepAlive,
  );

  return {
    [Symbol.asyncDispose]: async () => {
      server.off('upgrade', onUpgrade);
      stopping.removeEventListener('abort', goAway);
      await graphqlWs.dispose();
      sockets.close();
      slow[Symbol.dispose]();
    },
  };
}

/** Clients may send more: what they add for themselves is not of the protocol. */
function paramsOf(payload: SubscribePayload & { readonly documentId?: unknown }): GraphQLParams {
  const { query, variables, operationName, extensions, documentId } = payload;
  return { query, variables, operationName, extensions, documentId } as GraphQLParams; // Yoga looks at them
}

/** Whether the document was found valid: only then Yoga adds what resolvers need to the context of the operation. */
function hasBegun(context: ServerContext & Partial<Context>): boolean {
  return context.live !== undefined;
}
