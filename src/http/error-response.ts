/**
 * The answers to what is refused, over HTTP, REST and WebSocket. Every body names a code of error-codes.ts and says why:
 * `{"errors": [{"message": "...", "extensions": {"code": "..."}}]}`. At the paths of REST it has
 * `{"error": {"code": "...", "message": "..."}}`, and the former beside it where nothing of the route was looked at.
 */
import { STATUS_CODES } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FetchAPI } from 'graphql-yoga';
import { errorCodes } from '../error-codes.js';
import type { ErrorCode } from '../error-codes.js';
import {
  AuthenticationUnavailableError,
  ForeignHostError,
  GatewayError,
  TooManyAttemptsError,
} from '../errors.js';
import { isRestPath } from './routes/rest-path.js';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** HTTP status; unset if it is the code's own. */
  readonly status?: number | undefined;
}

const contentType = 'application/json; charset=utf-8';

/** @param path that was asked for, with or without a query; unset if unknown */
function bodyOf({ code, message }: Refusal, path = ''): string {
  return JSON.stringify({
    errors: [{ message, extensions: { code } }],
    ...(isRestPath(path) && { error: { code, message } }),
  });
}

function statusOf({ code, status }: Refusal): number {
  return status ?? errorCodes[code].status;
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  const { method, url } = response.req;
  // What is left of the body is not read.
  if (method !== 'GET' && method !== 'HEAD') response.setHeader('connection', 'close');
  const body = bodyOf(refusal, url);
  response.writeHead(statusOf(refusal), {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/**
 * Answers what `Authenticator.authenticate` throws.
 * @param challenges values of `WWW-Authenticate`
 * @throws any other error, as it is
 */
export function refuseUnauthenticated(
  response: ServerResponse,
  error: unknown,
  challenges: readonly string[],
): void {
  if (!(error instanceof GatewayError) || error.code === 'CONFIG_INVALID') throw error;
  const isOurFault = error instanceof AuthenticationUnavailableError;
  if (error.code === 'UNAUTHENTICATED' && !isOurFault && challenges.length > 0)
    response.setHeader('www-authenticate', challenges);
  if (error instanceof TooManyAttemptsError)
    response.setHeader('retry-after', String(error.retryAfterSeconds));
  const { code, message } = error;
  refuse(response, { code, message, status: isOurFault ? 503 : undefined });
}

/** For a socket without a response to write to: the client sent no request, or asked for a WebSocket. */
export function refuseSocket(socket: Duplex, refusal: Refusal): void {
  const status = statusOf(refusal);
  const body = bodyOf(refusal);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A client that goes on sending does not keep it open.
  socket.once('finish', () => socket.destroy());
}

/**
 * @param headers of the response that it replaces
 * @param path that was asked for, where it may be one of REST
 */
export function refusalResponse(
  fetchAPI: FetchAPI,
  refusal: Refusal,
  headers: HeadersInit = {},
  path = '',
): Response {
  const shown = new fetchAPI.Headers(headers);
  shown.set('content-type', contentType);
  shown.delete('content-length');
  return new fetchAPI.Response(bodyOf(refusal, path), { status: statusOf(refusal), headers: shown });
}

/** The same of a REST route. */
export function restRefusal(
  fetchAPI: FetchAPI,
  refusal: Refusal,
  headers: Record<string, string> = {},
): Response {
  const { code, message } = refusal;
  return restResponse(fetchAPI, statusOf(refusal), { error: { code, message } }, headers);
}

export function restResponse(
  fetchAPI: FetchAPI,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return new fetchAPI.Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': contentType, ...headers },
  });
}

/** Code and reason of a WebSocket's close. */
export type Close = readonly [code: number, reason: string];

/** Of graphql-transport-ws: every client library takes it for wrong credentials. */
export const unauthorized: Close = [4401, 'Unauthorized'];
const forbidden: Close = [4403, 'Forbidden'];
/** Of the registry of RFC 6455: client libraries connect again after it. */
export const restarted: Close = [1012, 'What you may see has changed'];

/** The gateway stops; client libraries connect again after it, to this one or another. */
export const goingAway: Close = [1001, 'Going away'];

/** The reason is not the error's message: a close has room for few words, and browsers do not show them. */
export function closeFor(error: unknown): Close {
  return error instanceof ForeignHostError ? forbidden : unauthorized;
}
