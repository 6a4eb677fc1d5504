/**
 * Basic authentication (RFC 7617): names and passwords of the auth file. A password costs a scrypt, so what was found to
 * be right is remembered, and the same question asked at the same time is worked out once.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { TooManyAttemptsError, UnauthenticatedError } from '../errors.js';
import { credentialsOf, maxNameLength } from './attempt.js';
import type { Attempt, Scheme } from './attempt.js';
import { network } from './client-key.js';
import type { FailedAttempts } from './failed-attempts.js';
import { LiveSessions } from './live-sessions.js';
import { isPassword } from './password-hash.js';
import type { PasswordHash } from './password-hash.js';
import type { Role, Viewer } from './viewer.js';
import { WorkLimit } from './work-limit.js';

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly password: PasswordHash;
}

export interface BasicSchemeOptions {
  readonly users: readonly User[];
  /** Who has failed too often may not even guess. */
  readonly failures: FailedAttempts;
  readonly verify?: typeof isPassword;
  /** Where it notes whose credentials have let a viewer in. */
  readonly sessions?: LiveSessions;
}

const maxPasswordLength = 1_024;
/** Right credentials that are remembered, by a key that dies with the process. */
const maxRemembered = 1_000;
/** Of four threads that Node has for such work, two are left for the rest of it. */
const limits = { maxRunning: 2, maxWaiting: 64 };

export class BasicScheme implements Scheme {
  readonly method = 'basic';
  readonly challenge = 'Basic realm="celeryql", charset="UTF-8"';
  readonly #users: ReadonlyMap<string, User>;
  readonly #hashes: readonly PasswordHash[];
  readonly #failures: FailedAttempts;
  readonly #verify: typeof isPassword;
  readonly #sessions: LiveSessions;
  readonly #key = randomBytes(32);
  readonly #remembered = new LRUCache<string, User>({ max: maxRemembered });
  readonly #running = new Map<string, Promise<User | null>>();
  /** Guesses that are worked on, by where they come from: they may all be wrong. */
  readonly #guesses = new Map<string, number>();
  readonly #work = new WorkLimit(limits);

  constructor(options: BasicSchemeOptions) {
    const { users, failures, verify = isPassword, sessions = new LiveSessions() } = options;
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#hashes = users.map(({ password }) => password);
    this.#failures = failures;
    this.#verify = verify;
    this.#sessions = sessions;
  }

  async authenticate(attempt: Attempt): Promise<Viewer | null> {
    const credentials = credentialsOf(attempt, 'basic');
    if (credentials === null) return null;
    const { name, password } = parse(credentials);
    const key = this.#mac(`${name}:${password}`).toString('base64');
    const user =
      this.#remembered.get(key) ?? (await this.#guess(key, name, password, attempt.clientAddress));
    if (user === null) throw new UnauthenticatedError();
    const viewer = { name: user.name, role: user.role, method: this.method, expiresAt: null } as const;
    return this.#sessions.granted(viewer, 'auth-file', userFingerprint(user));
  }

  claimedName(attempt: Attempt): string | null {
    try {
      const credentials = credentialsOf(attempt, 'basic');
      return credentials === null ? null : parse(credentials).name;
    } catch {
      return null;
    }
  }

  async #guess(
    key: string,
    name: string,
    password: string,
    address: string | null,
  ): Promise<User | null> {
    await this.#failures.refresh(address);
    const running = this.#running.get(key);
    if (running) return running;
    const place = network(address);
    const guesses = this.#guesses.get(place) ?? 0;
    if (guesses >= this.#failures.left(address))
      throw new TooManyAttemptsError(this.#failures.retryAfter(address));
    this.#guesses.set(place, guesses + 1);
    const work = this.#check(name, password);
    this.#running.set(key, work);
    try {
      const user = await work;
      if (user) this.#remembered.set(key, user);
      return user;
    } finally {
      this.#running.delete(key);
      const left = (this.#guesses.get(place) ?? 1) - 1;
      if (left === 0) this.#guesses.delete(place);
      else this.#guesses.set(place, left);
    }
  }

  /** An unknown name costs what a known one does: its password is held against the hash of some user. */
  async #check(name: string, password: string): Promise<User | null> {
    const user = this.#users.get(name);
    const hash = user?.password ?? this.#decoyFor(name);
    const isRight = await this.#work.run(() => this.#verify(password, hash));
    return isRight && user ? user : null;
  }

  /** Always the same for a name, and spread as the users are: their costs may differ. */
  #decoyFor(name: string): PasswordHash {
    const hash = this.#hashes[this.#mac(name).readUInt32BE() % this.#hashes.length];
    if (!hash) throw new Error('there is no user');
    return hash;
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

/** Another for another role or password. */
export function userFingerprint({ name, role, password: { salt, hash } }: User): string {
  return JSON.stringify(['user', name, role, salt.toString('base64'), hash.toString('base64')]);
}

/** @throws UnauthenticatedError when it is not `name:password` in base64 */
function parse(credentials: string): { name: string; password: string } {
  const text = /^[A-Za-z0-9+/]+={0,2}$/.test(credentials)
    ? Buffer.from(credentials, 'base64').toString('utf8')
    : '';
  const colon = text.indexOf(':');
  const [name, password] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || name.length > maxNameLength || password.length > maxPasswordLength)
    throw new UnauthenticatedError();
  return { name, password };
}
