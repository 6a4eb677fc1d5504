/**
 * What is no request: Node reports it instead of handing it over, and would answer with a bare status. The answer says
 * why, in the form of all others, and the connection is closed: where the next request would begin is unknown.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseSocket } from '../error-response.js';
import type { Refusal } from '../error-response.js';

/** By the code of Node's error. */
const refusals: ReadonlyMap<string, Refusal> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    { code: 'LIMIT_EXCEEDED', status: 431, message: 'The headers are larger than 16 KiB' },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    { code: 'REQUEST_TIMEOUT', message: 'The request did not arrive whole in time' },
  ],
]);
const noRequest: Refusal = { code: 'BAD_REQUEST', message: 'This is not HTTP' };

/** Call it before the server listens. */
export function answerBrokenRequests(server: Server): void {
  /** The last responses, of which some are under way: a second one in between would pass for a part of them. */
  const answering = new WeakMap<Duplex, readonly ServerResponse[]>();
  server.on('request', ({ socket }, response) => {
    answering.set(socket, [...underWay(answering.get(socket)), response]);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const [response, ...others] = underWay(answering.get(socket));
    // A body that does not arrive: its request is the only one, and nothing of its answer was sent.
    const isUnanswered = others.length === 0 && response?.headersSent !== true;
    if (!socket.writable || !isUnanswered || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    refuseSocket(socket, refusals.get(error.code ?? '') ?? noRequest);
  });
}

/** Looked at when they matter: a listener for the end of each would cost more than all else here. */
function underWay(responses: readonly ServerResponse[] = []): readonly ServerResponse[] {
  return responses.filter(({ closed }) => !closed);
}

export const oneHost: Refusal = {
  code: 'BAD_REQUEST',
  message: 'A request has one Host header (RFC 9112, section 3.2)',
};

/** Whether it says once which host it is for; a client of HTTP/1.0 need not say it. */
export function hasOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const isHost = (text: string, at: number): boolean => at % 2 === 0 && text.toLowerCase() === 'host';
  const hosts = rawHeaders.filter(isHost).length;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

/** Whether its target, with the host that it names, is a URL: Yoga would take one that is not for a fault of its own. */
export function isWellFormed({ url = '', headers }: IncomingMessage): boolean {
  return URL.canParse(url.startsWith('/') ? `http://${headers.host ?? 'localhost'}${url}` : url);
}
