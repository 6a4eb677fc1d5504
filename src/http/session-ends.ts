/** When and why a session of a caller ends before the caller ends it. */
import type { LiveSessions, SessionEnd } from '../access/live-sessions.js';
import type { Viewer } from '../access/viewer.js';
import { ForbiddenError, UnauthenticatedError } from '../errors.js';
import type { GatewayError } from '../errors.js';
import { Expirations } from './expirations.js';

/** `expired`: the credentials had an end, which has come. */
export type EndReason = SessionEnd | 'expired';

export class SessionEnds {
  readonly #expirations = new Expirations();
  readonly #sessions: LiveSessions;

  constructor(sessions: LiveSessions) {
    this.#sessions = sessions;
  }

  /**
   * Calls `end` when the session has to end.
   * @returns what stops that
   */
  add(viewer: Viewer, end: (why: EndReason) => void): () => void {
    const forget = this.#sessions.add(viewer, end);
    const stop = this.#expirations.add(viewer.expiresAt, () => end('expired'));
    return () => {
      forget();
      stop();
    };
  }
}

/** Error that a subscriber receives. */
export function endError(why: EndReason): GatewayError {
  if (why === 'expired') return new UnauthenticatedError('The credentials have expired');
  if (why === 'withdrawn') return new UnauthenticatedError('The credentials have been revoked');
  return new ForbiddenError('Your permissions have changed: subscribe again');
}
