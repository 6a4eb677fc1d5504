/**
 * GraphQL over WebSocket (the graphql-transport-ws protocol of graphql-ws), through Yoga's own pipeline, so that
 * plugins, masking and cache status are the same as over HTTP.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getOperationAST, GraphQLError } from 'graphql';
import type {
  execute,
  ExecutionArgs,
  ExecutionResult,
  GraphQLFormattedError,
  GraphQLSchema,
  parse,
  subscribe,
  validate,
} from 'graphql';
import type { PromiseOrValue } from 'graphql/jsutils/PromiseOrValue.js';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Access } from '../access/open-access.js';
import { ForeignHostError, GatewayError, UnauthenticatedError } from '../errors.js';
import type { Caller } from '../graphql/context.js';
import { maxNameLength } from '../graphql/limits/document-text.js';
import { limitError } from '../graphql/limits/limit-error.js';
import { createErrorMask } from '../graphql/mask-error.js';
import type { Logger } from '../log.js';
import { withPersistedText } from './plugins/use-persisted-operations.js';
import { hasOneHost, oneHost, refuseSocket } from './broken-requests.js';
import { callerOf, requestOf } from './caller.js';
import type { ConnectionLimit } from './connection-limit.js';
import { IgnoredUpgrades, isWebSocketUpgrade } from './ignored-upgrades.js';
import type { ServerLimits } from './limits.js';
import { refusalOf } from './same-origin.js';
import { SessionEnds } from './session-ends.js';
import { slowSocketOptions, watchSlowSocket } from './slow-socket.js';
import type { StalledClients } from './stalled-clients.js';
import { graphqlPath } from './yoga.js';
import type { Yoga } from './yoga.js';

/** Operations that may run at once on one socket. */
const maxOperations = 100;
/** Off: its pings give a slow client no more time than there is between two of them. See slow-socket.ts. */
const keepAlive = 0;
/** Milliseconds that a client has to answer a close; without an end one that is stalled would hold up the stop. */
const closeTimeout = 1_000;

/** What Yoga's `getEnveloped` gives, which its own types leave open. */
interface Pipeline {
  readonly schema: GraphQLSchema;
  readonly parse: typeof parse;
  readonly validate: typeof validate;
  readonly contextFactory: () => PromiseOrValue<Record<string, unknown>>;
  readonly execute: typeof execute;
  readonly subscribe: typeof subscribe;
}

type PipelineArgs = ExecutionArgs & { readonly rootValue: Pick<Pipeline, 'execute' | 'subscribe'> };

/** Of graphql-transport-ws: what every client library knows as wrong credentials. */
const unauthorized = [4401, 'Unauthorized'] as const;
const forbidden = [4403, 'Forbidden'] as const;
/** Of RFC 6455's registry: client libraries connect again after it. */
const restarted = [1012, 'What you may see has changed'] as const;

export interface WebSocketOptions {
  readonly yoga: Yoga;
  readonly access: Access;
  readonly limits: ServerLimits;
  readonly connections: ConnectionLimit;
  readonly stalled: StalledClients;
  readonly log: Logger;
}

/** Disposing it tells every client "going away" (1001) and ends their subscriptions. */
export function serveWebSocket(
  server: Server,
  { yoga, access, limits, connections, stalled, log }: WebSocketOptions,
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
  const ignored = new IgnoredUpgrades(server);
  /** Thrown, an error would close the socket with all that runs on it. */
  const answered = async <Result>(
    run: (args: ExecutionArgs) => PromiseOrValue<Result>,
    args: ExecutionArgs,
  ): Promise<Result | ExecutionResult> => {
    try {
      return await run(args);
    } catch (error) {
      return { errors: [maskError(error)] };
    }
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
      refuseSocket(socket, { code: 'FORBIDDEN', message: refusal.message });
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const onStalled = (): void => stalled.add('websocket', request.socket.remoteAddress ?? null);
      watchSlowSocket(client, slowSocketOptions(limits.idleTimeout, onStalled));
      sockets.emit('connection', client, request);
      // A frame too large, or not of the protocol: ws closes it with the right code. graphql-ws's own listener would
      // print a stack trace among the log's JSON, for anything that a client sends.
      client.removeAllListeners('error').on('error', () => undefined);
    });
  };
  server.on('upgrade', onUpgrade);

  const graphqlWs = useServer(
    {
      execute: (args) => answered((args as PipelineArgs).rootValue.execute, args),
      subscribe: (args) => answered((args as PipelineArgs).rootValue.subscribe, args),
      onError: (_context, _id, _payload, errors) => errors.map(withoutHttp),
      onNext: (_context, _id, _payload, _args, { data, errors, extensions }) =>
        errors && {
          ...(data !== undefined && { data }),
          errors: errors.map(withoutHttp),
          ...(extensions && { extensions }),
        },
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
          // Why is not told: a close has room for few words, and browsers show them to nobody.
          if (!(error instanceof GatewayError)) log.error('a WebSocket failed', { error });
          const [code, reason] = error instanceof ForeignHostError ? forbidden : unauthorized;
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
          const params = withPersistedText(given);
          const pipeline: Pipeline = yoga.getEnveloped({ ...context, req: request, params, caller });
          const { schema, execute, subscribe } = pipeline;
          const document = pipeline.parse(params.query);
          const errors = pipeline.validate(schema, document);
          if (errors.length > 0) return errors;
          if (!getOperationAST(document, params.operationName)) return [noOperation()];
          return {
            schema,
            operationName: params.operationName,
            document,
            variableValues: params.variables,
            contextValue: await pipeline.contextFactory(),
            rootValue: { execute, subscribe },
          };
        } catch (error) {
          // Thrown, it would close the socket with all that runs on it; a syntax error is one operation's affair.
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
      await graphqlWs.dispose();
      sockets.close();
    },
  };
}

/** Status and headers are of a response over HTTP. */
function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { extensions = {}, ...shown } = error.toJSON();
  const others = Object.entries(extensions).filter(([name]) => name !== 'http');
  return { ...shown, extensions: Object.fromEntries(others) };
}

/** As Yoga tells it over HTTP; graphql-ws has no code for it. */
function noOperation(): GraphQLError {
  const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
  return new GraphQLError('Could not determine what operation to execute.', { extensions });
}
