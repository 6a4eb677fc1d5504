/** What an HTTP client is told that is refused before anything is asked for: a status, a code and what to do. */
import type { ServerResponse } from 'node:http';
import {
  AuthenticationUnavailableError,
  errorCodes,
  GatewayError,
  TooManyAttemptsError,
} from '../errors.js';
import type { ErrorCode } from '../errors.js';

export function fail(response: ServerResponse, code: ErrorCode, message: string, status?: number): void {
  const { method } = response.req;
  // What is left of the body is not read.
  if (method !== 'GET' && method !== 'HEAD') response.setHeader('connection', 'close');
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  response.writeHead(status ?? errorCodes[code].status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/**
 * For what `Authenticator.authenticate` throws.
 * @param challenges values of `WWW-Authenticate`
 * @throws whatever else it is
 */
export function failUnauthenticated(
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
  fail(response, error.code, error.message, isOurFault ? 503 : undefined);
}
