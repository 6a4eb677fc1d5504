/**
 * Tells who sent a request, or that nobody can be told. Who failed too often is told to wait; every failure is in the
 * audit log, without what was tried.
 */
import { errorMessage } from '../error-message.js';
import {
  AuthenticationUnavailableError,
  ForbiddenError,
  GatewayError,
  TooManyAttemptsError,
  UnauthenticatedError,
} from '../errors.js';
import type { Request, Scheme } from './attempt.js';
import type { AuditLog } from './audit-log.js';
import { FailedAttempts } from './failed-attempts.js';
import { TrustedProxies } from './trusted-proxies.js';
import { anonymous } from './viewer.js';
import type { AuthenticationMethod, Role, Viewer } from './viewer.js';

export interface AuthenticatorOptions {
  /** In the order in which they are looked for. */
  readonly schemes: readonly Scheme[];
  /** Of who names nobody; null lets nobody in without credentials. */
  readonly anonymous: Role | null;
  readonly audit: AuditLog;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly proxies?: TrustedProxies;
  readonly failures?: FailedAttempts;
}

export class Authenticator {
  readonly #schemes: readonly Scheme[];
  readonly #anonymous: Role | null;
  readonly #audit: AuditLog;
  readonly #clock: () => number;
  readonly #proxies: TrustedProxies;
  readonly #failures: FailedAttempts;
  /** Nobody guesses who offers nothing, or is somebody without a role: recorded as often, and never told to wait. */
  readonly #harmless: FailedAttempts;

  constructor(options: AuthenticatorOptions) {
    const { schemes, audit, clock, proxies = new TrustedProxies([]) } = options;
    this.#schemes = schemes;
    this.#anonymous = options.anonymous;
    this.#audit = audit;
    this.#clock = clock;
    this.#proxies = proxies;
    this.#failures = options.failures ?? new FailedAttempts({ clock });
    this.#harmless = new FailedAttempts({ clock });
  }

  /** Values of `WWW-Authenticate`, for who is refused. */
  get challenges(): readonly string[] {
    return [...new Set(this.#schemes.flatMap(({ challenge }) => challenge ?? []))];
  }

  /** Whether a browser has to ask its user for a password before it can do anything here. */
  get asksBrowsers(): boolean {
    return this.#anonymous === null && this.#schemes.some(({ method }) => method === 'basic');
  }

  /** IP address of the client, through trusted proxies; null when there is none. */
  addressOf(request: Request): string | null {
    return this.#proxies.clientOf(request);
  }

  /**
   * @throws UnauthenticatedError when credentials are missing or wrong
   * @throws TooManyAttemptsError when they are wrong once too often
   * @throws ForbiddenError when they are right, and give no role
   */
  async authenticate(request: Request): Promise<Viewer> {
    const startedAt = performance.now();
    const clientAddress = this.addressOf(request);
    let method: AuthenticationMethod = 'none';
    try {
      for (const scheme of this.#schemes) {
        method = scheme.method;
        const viewer = await scheme.authenticate({ ...request, clientAddress });
        if (viewer !== null) return viewer;
      }
      // Where nothing is configured, nothing can be wrong.
      if (this.#schemes.length > 0 && request.headers['authorization'] !== undefined)
        throw new UnauthenticatedError();
      method = 'none';
      if (this.#anonymous !== null) return anonymous(this.#anonymous);
      throw new UnauthenticatedError('Credentials are required');
    } catch (error) {
      throw this.#judged(error, { method, clientAddress, startedAt });
    }
  }

  /** Counts and records a failure. What the caller is told of it. */
  #judged(error: unknown, about: Failure): unknown {
    const { clientAddress } = about;
    if (error instanceof AuthenticationUnavailableError || !(error instanceof GatewayError))
      return error;
    if (about.method === 'none' || error instanceof ForbiddenError) {
      if (this.#harmless.left(clientAddress) > 0) this.#record(error, about);
      this.#harmless.add(clientAddress);
      return error;
    }
    if (error instanceof TooManyAttemptsError || this.#failures.left(clientAddress) === 0)
      return new TooManyAttemptsError(this.#failures.retryAfter(clientAddress));
    this.#failures.add(clientAddress);
    this.#record(error, about);
    return error;
  }

  #record(error: GatewayError, { method, clientAddress, startedAt }: Failure): void {
    const isForbidden = error instanceof ForbiddenError;
    // The message for the caller never says what was wrong; who reads the audit log may know.
    const reason = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    this.#audit.add({
      ...{ at: this.#clock(), viewer: null, role: null, method, address: clientAddress },
      ...{ action: 'authenticate', cluster: null, arguments: null },
      outcome: isForbidden ? 'FORBIDDEN' : 'UNAUTHENTICATED',
      ...{ code: error.code, message: errorMessage(error) + reason },
      ...{ answered: [], silent: [], taskIds: [] },
      durationSeconds: (performance.now() - startedAt) / 1000,
    });
  }
}

interface Failure {
  /** `none` of who offered nothing. */
  readonly method: AuthenticationMethod;
  readonly clientAddress: string | null;
  readonly startedAt: number;
}
