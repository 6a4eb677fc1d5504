/**
 * Requests that follow one another on a connection mostly have the same headers: who sent them, and that they may come
 * in, is found out once and holds for the next ones, for a second at most.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { Authenticator } from '../../access/authenticator.js';
import type { Caller } from '../../graphql/context.js';
import { askedHeaders, isSameBut } from './header-names.js';

/** A request that was let in. */
export interface Admission {
  readonly caller: Caller;
  /** The same for all requests of the same viewer whose headers ask the same. */
  readonly profile: string;
}

interface Remembered extends Admission {
  readonly rawHeaders: readonly string[];
  /** Of the authenticator, when it was let in. */
  readonly revision: number;
  /** Whether clients of its address might not guess then. */
  readonly isLockedOut: boolean;
  /** Milliseconds. */
  readonly at: number;
}

/** Milliseconds after which credentials are looked at again. */
const maxAge = 1_000;
/** Of the texts that are numbered, so that keys stay short. */
const maxProfiles = 10_000;

export interface AdmissionsOptions {
  readonly authenticator: Pick<Authenticator, 'revision' | 'isInForce' | 'isLockedOut'>;
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
}

export class Admissions {
  readonly #authenticator: AdmissionsOptions['authenticator'];
  readonly #clock: () => number;
  readonly #ofSocket = new WeakMap<Socket, Remembered>();
  readonly #profiles = new LRUCache<string, string>({ max: maxProfiles });
  #profileCount = 0;

  constructor({ authenticator, clock = () => performance.now() }: AdmissionsOptions) {
    this.#authenticator = authenticator;
    this.#clock = clock;
  }

  /** That of the last request on this connection, if this one has the same headers and it still holds; else null. */
  recall({ socket, rawHeaders }: IncomingMessage): Admission | null {
    const known = this.#ofSocket.get(socket);
    if (known === undefined) return null;
    const { revision, at, caller, isLockedOut } = known;
    const authenticator = this.#authenticator;
    const holds =
      revision === authenticator.revision &&
      this.#clock() - at < maxAge &&
      authenticator.isInForce(caller.viewer) &&
      authenticator.isLockedOut(caller.clientAddress) === isLockedOut &&
      isSameBut(rawHeaders, known.rawHeaders);
    return holds ? known : null;
  }

  /** @param revision of the authenticator before the request was looked at */
  remember({ socket, rawHeaders }: IncomingMessage, caller: Caller, revision: number): Admission {
    const { name, role, method, expiresAt } = caller.viewer;
    const text = JSON.stringify([name, role, method, expiresAt, askedHeaders(rawHeaders)]);
    let profile = this.#profiles.get(text);
    if (profile === undefined) {
      profile = String(++this.#profileCount);
      this.#profiles.set(text, profile);
    }
    const admission = {
      caller,
      profile,
      rawHeaders,
      revision,
      isLockedOut: this.#authenticator.isLockedOut(caller.clientAddress),
      at: this.#clock(),
    };
    this.#ofSocket.set(socket, admission);
    return admission;
  }
}
