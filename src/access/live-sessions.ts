/**
 * What goes on after a caller has been let in: WebSockets and subscriptions. They end when the credentials are not in
 * the file any more that they came from, or when the caller may not see any more what it could.
 */
import type { Viewer } from './viewer.js';

/** `withdrawn`: the credentials count no more. `visibility`: they do, and give less than before. */
export type SessionEnd = 'withdrawn' | 'visibility';

/** A file that credentials come from. */
export type CredentialSource = 'auth-file' | 'jwks';

interface Credential {
  readonly source: CredentialSource;
  readonly fingerprint: string;
}

interface Session {
  readonly viewer: Viewer;
  readonly end: (why: SessionEnd) => void;
}

export class LiveSessions {
  readonly #credentials = new WeakMap<Viewer, Credential>();
  /** What a source holds now; all that came from a source without an entry counts. */
  readonly #current = new Map<CredentialSource, ReadonlySet<string>>();
  readonly #open = new Set<Session>();

  /** Sessions that go on now. */
  get size(): number {
    return this.#open.size;
  }

  /** Notes which credentials have let the viewer in. Returns the viewer. */
  granted(viewer: Viewer, source: CredentialSource, fingerprint: string): Viewer {
    this.#credentials.set(viewer, { source, fingerprint });
    return viewer;
  }

  /**
   * Calls `end` once, when the session has to end: at once where the credentials have been withdrawn meanwhile.
   * @returns what forgets the session, which has ended by itself
   */
  add(viewer: Viewer, end: (why: SessionEnd) => void): () => void {
    const session = { viewer, end };
    if (this.#isWithdrawn(viewer)) end('withdrawn');
    else this.#open.add(session);
    return () => void this.#open.delete(session);
  }

  /** From now on these credentials of the source count and no others: sessions of the others end. */
  replace(source: CredentialSource, fingerprints: readonly string[]): void {
    this.#current.set(source, new Set(fingerprints));
    this.#endWhere((viewer) => this.#isWithdrawn(viewer), 'withdrawn');
  }

  /** Ends the sessions of viewers who may see less than before. */
  endOf(seesLess: (viewer: Viewer) => boolean): void {
    this.#endWhere(seesLess, 'visibility');
  }

  #endWhere(isMeant: (viewer: Viewer) => boolean, why: SessionEnd): void {
    for (const session of [...this.#open])
      if (isMeant(session.viewer) && this.#open.delete(session)) session.end(why);
  }

  #isWithdrawn(viewer: Viewer): boolean {
    const credential = this.#credentials.get(viewer);
    if (credential === undefined) return false;
    return this.#current.get(credential.source)?.has(credential.fingerprint) === false;
  }
}
