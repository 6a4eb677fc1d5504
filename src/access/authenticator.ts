/**
 * Finds out who sent a request, or that it is unknown. A client that failed too often has to wait; every failure is
 * in the
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
import type { ErrorCode } from '../error-codes.js';
import type { Attempt, Request, Scheme } from './attempt.js';
import { auditEntry } from './audit-log.js';
import type { AuditEntry, AuditLog } from './audit-log.js';
import { FailedAttempts } from './failed-attempts.js';
import { LiveSessions } from './live-sessions.js';
import { TrustedProxies } from './trusted-proxies.js';
import { anonymous } from './viewer.js';
import type { AuthenticationMethod, Role, Viewer } from './viewer.js';

export interface AuthenticatorOptions {
  /** In the order in which they are looked for. */
  readonly schemes: readonly Scheme[];
  /** For requests without credentials; null rejects them. */
  readonly anonymous: Role | null;
  readonly audit: AuditLog;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly proxies?: TrustedProxies;
  readonly failures?: FailedAttempts;
  /** Of the viewers that the schemes let in. */
  readonly sessions?: LiveSessions;
}

export class Authenticator {
  readonly sessions: LiveSessions;
  #schemes: readonly Scheme[];
  readonly #anonymous: Role | null;
  readonly #audit: AuditLog;
  readonly #clock: () => number;
  readonly #proxies: TrustedProxies;
  readonly #failures: FailedAttempts;
  /**
   * Requests without credentials, or from a known user without a role, or from a foreign page, are not guessing
   * attempts: kept on record at the same rate, and never rate-limited.
   */
  readonly #harmless: FailedAttempts;

  #revision = 0;

  constructor(options: AuthenticatorOptions) {
    const { schemes, audit, clock, proxies = new TrustedProxies([]) } = options;
    this.sessions = options.sessions ?? new LiveSessions();
    this.#schemes = schemes;
    this.#anonymous = options.anonymous;
    this.#audit = audit;
    this.#clock = clock;
    this.#proxies = proxies;
    this.#failures = options.failures ?? new FailedAttempts({ clock });
    this.#harmless = new FailedAttempts({ clock });
  }

  /** Grows when other credentials count than before: requests that were judged before may be judged otherwise. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether clients of this address have failed so often that they may not guess now. */
  isLockedOut(clientAddress: string | null): boolean {
    return this.#failures.isLockedOut(clientAddress);
  }

  /** Whether the viewer's credentials have not expired. */
  isInForce({ expiresAt }: Viewer): boolean {
    return expiresAt === null || this.#clock() < expiresAt;
  }

  /** From now on these count and no others, in this order. */
  replaceSchemes(schemes: readonly Scheme[]): void {
    this.#revision++;
    this.#schemes = schemes;
  }

  /** Values of `WWW-Authenticate`, for who is refused. */
  get challenges(): readonly string[] {
    return [...new Set(this.#schemes.flatMap(({ challenge }) => challenge ?? []))];
  }

  /** By which users can show who they are. */
  get methods(): readonly AuthenticationMethod[] {
    return [...new Set(this.#schemes.map(({ method }) => method))];
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
    const attempt = { ...request, clientAddress };
    let method: AuthenticationMethod = 'none';
    try {
      for (const scheme of this.#schemes) {
        method = scheme.method;
        const viewer = await scheme.authenticate(attempt);
        if (viewer !== null) return viewer;
      }
      // Where nothing is configured, nothing can be wrong.
      if (this.#schemes.length > 0 && request.headers['authorization'] !== undefined)
        throw new UnauthenticatedError();
      method = 'none';
      if (this.#anonymous !== null) return anonymous(this.#anonymous);
      throw new UnauthenticatedError('Credentials are required');
    } catch (error) {
      throw await this.#judged(error, { method, attempt, startedAt });
    }
  }

  /** Records a request that was refused before its credentials were looked at. */
  refused(request: Request, { code, message, details }: Refusal): void {
    const address = this.addressOf(request);
    const entry = auditEntry({
      at: this.#clock(),
      address,
      action: 'request',
      arguments: JSON.stringify(details),
      outcome: 'FORBIDDEN',
      code,
      message,
    });
    this.#record(entry, this.#harmless.left(address) > 0);
    this.#harmless.add(address);
  }

  /** Counts and records a failure; returns the error for the caller. */
  async #judged(error: unknown, about: Failure): Promise<unknown> {
    const { clientAddress } = about.attempt;
    if (error instanceof AuthenticationUnavailableError || !(error instanceof GatewayError))
      return error;
    const isHarmless = about.method === 'none' || error instanceof ForbiddenError;
    const counted = isHarmless ? this.#harmless : this.#failures;
    await counted.refresh(clientAddress);
    const isTooMany = error instanceof TooManyAttemptsError || counted.left(clientAddress) === 0;
    this.#record(this.#failed(error, about), !isTooMany);
    if (isTooMany && !isHarmless)
      return new TooManyAttemptsError(this.#failures.retryAfter(clientAddress));
    counted.add(clientAddress);
    return error;
  }

  #record(entry: AuditEntry, isKept: boolean): void {
    if (isKept) this.#audit.add(entry);
    else this.#audit.countRefusal(entry);
  }

  #failed(error: GatewayError, { method, attempt, startedAt }: Failure): AuditEntry {
    const claimedNames = this.#schemes.map((scheme) => scheme.claimedName?.(attempt) ?? null);
    // The message for the caller never says what was wrong; who reads the audit log may know.
    const reason = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return auditEntry({
      at: this.#clock(),
      claimedName: claimedNames.find((name) => name !== null) ?? null,
      method,
      address: attempt.clientAddress,
      action: 'authenticate',
      outcome: error instanceof ForbiddenError ? 'FORBIDDEN' : 'UNAUTHENTICATED',
      code: error.code,
      message: errorMessage(error) + reason,
      durationSeconds: (performance.now() - startedAt) / 1000,
    });
  }
}

/** Why a request was refused before its credentials were looked at. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the request said of itself, such as its origin; shortened. */
  readonly details: Readonly<Record<string, string>>;
}

interface Failure {
  /** `none` of who offered nothing. */
  readonly method: AuthenticationMethod;
  readonly attempt: Attempt;
  readonly startedAt: number;
}
