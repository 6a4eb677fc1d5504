/**
 * GraphQL over WebSocket (the graphql-transport-ws protocol of graphql-ws), through Yoga's own pipeline, so that
 * plugins, masking and cache status are the same as over HTTP.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { graphqlPath } from './yoga.js';
import type { Yoga } from './yoga.js';

/** Bytes of one message: a document with its variables. */
const maxPayload = 256 * 1024;
/** Milliseconds between two pings, which also find connections that are gone. */
const keepAlive = 12_000;

type Enveloped = ReturnType<Yoga['getEnveloped']>;
type EnvelopedArgs = ExecutionArgs & { rootValue: Pick<Enveloped, 'execute' | 'subscribe'> };

/** Disposing it tells every client "going away" (1001) and ends their subscriptions. */
export function serveWebSocket(server: Server, yoga: Yoga): AsyncDisposable {
  const sockets = new WebSocketServer({ noServer: true, maxPayload });
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = (request.url ?? '').split('?', 1)[0];
    socket.on('error', () => socket.destroy());
    if (path !== graphqlPath) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate()); // a frame too large, or not of the protocol
      sockets.emit('connection', client, request);
    });
  };
  server.on('upgrade', onUpgrade);

  const graphqlWs = useServer(
    {
      execute: (args) => (args as EnvelopedArgs).rootValue.execute(args),
      subscribe: (args) => (args as EnvelopedArgs).rootValue.subscribe(args),
      onSubscribe: async (context, _id, params) => {
        const { parse, validate, contextFactory, execute, schema, subscribe } = yoga.getEnveloped({
          ...context,
          req: context.extra.request,
          params,
        });
        const document = parse(params.query);
        const errors = validate(schema, document);
        if (errors.length > 0) return errors;
        return {
          schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
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
