/**
 * Bearer tokens (RFC 6750): those of the auth file, which are kept as their SHA-256, and JWTs. A token has as many random
 * bits as its hash, so a fast hash is enough.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { UnauthenticatedError } from '../errors.js';
import { credentialsOf } from './attempt.js';
import type { Attempt, Scheme } from './attempt.js';
import { LiveSessions } from './live-sessions.js';
import type { Role, Viewer } from './viewer.js';

export interface Token {
  readonly name: string;
  readonly role: Role;
  readonly sha256: Buffer;
}

/** Node's own bound for all headers of a request; `connection_init` has none of its own. */
const maxLength = 16 * 1024;
const challenge = 'Bearer realm="celeryql"';

export class TokenScheme implements Scheme {
  readonly method = 'bearer';
  readonly challenge = challenge;
  readonly #tokens: readonly Token[];
  readonly #sessions: LiveSessions;

  /** @param sessions where it notes whose token has let a viewer in */
  constructor(tokens: readonly Token[], sessions = new LiveSessions()) {
    this.#tokens = tokens;
    this.#sessions = sessions;
  }

  async authenticate(attempt: Attempt): Promise<Viewer | null> {
    const token = tokenOf(attempt);
    if (token === null) return null;
    const sha256 = sha256Of(token);
    // Each is compared, whichever matches: the time reveals nothing.
    const [found] = this.#tokens.filter((known) => timingSafeEqual(known.sha256, sha256));
    if (found === undefined) return null;
    const viewer = { name: found.name, role: found.role, method: this.method, expiresAt: null } as const;
    return this.#sessions.granted(viewer, 'auth-file', tokenFingerprint(found));
  }
}

/** Another for another role or token. */
export function tokenFingerprint({ name, role, sha256 }: Token): string {
  return JSON.stringify(['token', name, role, sha256.toString('base64')]);
}

export interface JwtVerifier {
  /** @throws UnauthenticatedError when it is not to be trusted */
  (token: string): Promise<Viewer>;
  /** The name that the token holds, whether it is to be trusted or not; null where it holds none. */
  claimedName(token: string): string | null;
}

export class JwtScheme implements Scheme {
  readonly method = 'jwt';
  readonly challenge = challenge;
  readonly #verify: JwtVerifier;

  constructor(verify: JwtVerifier) {
    this.#verify = verify;
  }

  async authenticate(attempt: Attempt): Promise<Viewer | null> {
    const token = tokenOf(attempt);
    return token === null ? null : this.#verify(token);
  }

  claimedName(attempt: Attempt): string | null {
    try {
      const token = tokenOf(attempt);
      return token === null ? null : this.#verify.claimedName(token);
    } catch {
      return null;
    }
  }
}

function tokenOf(attempt: Attempt): string | null {
  const token = credentialsOf(attempt, 'bearer');
  if (token !== null && token.length > maxLength) throw new UnauthenticatedError();
  return token;
}

export function sha256Of(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
