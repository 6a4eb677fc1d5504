/** What a request offers to show who sent it, and the kinds of credentials that it may bear. */
import { UnauthenticatedError } from '../errors.js';
import type { AuthenticationMethod, Viewer } from './viewer.js';

export interface Request {
  /** Names in lower case, and each value on its own, as in Node's `headersDistinct`. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** IP address at the other end of the connection. */
  readonly remoteAddress: string | null;
}

export interface Attempt extends Request {
  /** IP address of the client, which may have come through a trusted proxy. */
  readonly clientAddress: string | null;
}

/** One kind of credentials. */
export interface Scheme {
  readonly method: AuthenticationMethod;
  /** For `WWW-Authenticate` (RFC 9110, section 11.6.1); null of what no client can be asked for. */
  readonly challenge: string | null;
  /**
   * Null when the request bears no credentials of this kind.
   * @throws UnauthenticatedError when it does, and they are wrong
   */
  authenticate(attempt: Attempt): Promise<Viewer | null>;
  /** The name in refused credentials of this kind, for the audit log; null where they hold none. Never throws. */
  claimedName?(attempt: Attempt): string | null;
}

/** Characters; longer ones are no names of people or programs. */
export const maxNameLength = 256;

/**
 * The value of a header; null without it.
 * @throws UnauthenticatedError when it is there twice: two readers could each believe another one
 */
export function onlyValue({ headers }: Request, name: string): string | null {
  const values = headers[name] ?? [];
  if (values.length > 1) throw new UnauthenticatedError();
  return values[0] ?? null;
}

/** What follows the scheme in `Authorization`; null when that is another one, or none. */
export function credentialsOf(request: Request, scheme: 'basic' | 'bearer'): string | null {
  const [name, credentials, ...rest] = (onlyValue(request, 'authorization') ?? '').trim().split(/ +/);
  if (name?.toLowerCase() !== scheme) return null;
  if (credentials === undefined || rest.length > 0) throw new UnauthenticatedError();
  return credentials;
}
