/** Who sent a request. */
import type { IncomingMessage } from 'node:http';
import type { Request } from '../access/attempt.js';
import type { Authenticator } from '../access/authenticator.js';
import type { Caller } from '../graphql/context.js';

/** @throws UnauthenticatedError, and the other errors of `Authenticator.authenticate` */
export async function callerOf(
  request: IncomingMessage,
  authenticator: Authenticator,
  connectionParams: Readonly<Record<string, unknown>> = {},
): Promise<Caller> {
  const attempt = attemptOf(request, connectionParams);
  return {
    viewer: await authenticator.authenticate(attempt),
    clientAddress: authenticator.addressOf(attempt),
  };
}

/** Browsers can set no header of a WebSocket: `connection_init` may bear the credentials that the upgrade did not. */
function attemptOf(
  { headersDistinct, socket }: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>>,
): Request {
  const remoteAddress = socket.remoteAddress ?? null;
  if (headersDistinct['authorization'] !== undefined) return { headers: headersDistinct, remoteAddress };
  const given = Object.entries(connectionParams)
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) => (typeof value === 'string' ? value : ''));
  const headers = given.length > 0 ? { ...headersDistinct, authorization: given } : headersDistinct;
  return { headers, remoteAddress };
}
