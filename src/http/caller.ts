/** Who sent a request. */
import type { IncomingMessage } from 'node:http';
import type { Request } from '../access/attempt.js';
import type { Access } from '../access/open-access.js';
import { ForeignHostError } from '../errors.js';
import type { Caller } from '../graphql/context.js';
import { refusalOfViewer } from './browser-policy.js';

/**
 * @throws ForeignHostError for a caller without credentials that addresses the gateway by a name that is not its own
 * @throws UnauthenticatedError, and the other errors of `Authenticator.authenticate`
 */
export async function callerOf(
  request: IncomingMessage,
  { authenticator, hosts }: Access,
  connectionParams: Readonly<Record<string, unknown>> = {},
): Promise<Caller> {
  const attempt = attemptOf(request, connectionParams);
  const viewer = await authenticator.authenticate(attempt);
  const refusal = refusalOfViewer(request, viewer, hosts);
  if (refusal !== null) {
    authenticator.refused(attempt, refusal);
    throw new ForeignHostError(refusal.message);
  }
  return { viewer, clientAddress: authenticator.addressOf(attempt) };
}

/** What the access rules look at before there is a caller. */
export function requestOf({ headersDistinct, socket }: IncomingMessage): Request {
  return { headers: headersDistinct, remoteAddress: socket.remoteAddress ?? null };
}

/** Browsers can set no header of a WebSocket: `connection_init` may bear the credentials that the upgrade did not. */
function attemptOf(
  incoming: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>>,
): Request {
  const request = requestOf(incoming);
  if (request.headers['authorization'] !== undefined) return request;
  const given = Object.entries(connectionParams)
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) => (typeof value === 'string' ? value : ''));
  if (given.length === 0) return request;
  return { ...request, headers: { ...request.headers, authorization: given } };
}
