/** The proxies whose word is taken: for the address of the client behind them, and for the user whom they signed in. */
import { UnauthenticatedError } from '../errors.js';
import { maxNameLength, onlyValue } from './attempt.js';
import type { Attempt, Request, Scheme } from './attempt.js';
import { addressIn, AddressSet, plainAddress } from './ip-address.js';
import type { Subnet } from './ip-address.js';
import type { RoleMap } from './role-map.js';
import type { Viewer } from './viewer.js';

export class TrustedProxies {
  readonly #addresses: AddressSet;

  constructor(subnets: readonly Subnet[]) {
    this.#addresses = new AddressSet(subnets);
  }

  /** Whether the request comes from one of them. */
  sent({ remoteAddress }: Request): boolean {
    return remoteAddress !== null && this.#addresses.has(remoteAddress);
  }

  /**
   * Address of the client: the last in `X-Forwarded-For` that is no trusted proxy's. What stands before it was written
   * by the client itself, or by an unknown third party.
   */
  clientOf(request: Request): string | null {
    const { remoteAddress, headers } = request;
    if (remoteAddress === null) return null;
    let client = plainAddress(remoteAddress);
    if (!this.sent(request)) return client;
    const hops = (headers['x-forwarded-for'] ?? []).join(',').split(',');
    for (const hop of hops.reverse()) {
      const address = addressIn(hop);
      if (address === null) break;
      client = address;
      if (!this.#addresses.has(address)) break;
    }
    return client;
  }
}

export interface ProxySchemeOptions {
  readonly proxies: TrustedProxies;
  /** Names of headers, in lower case; without one for roles, everybody is a viewer. */
  readonly userHeader: string;
  readonly roleHeader: string | null;
  readonly roles: RoleMap;
}

/** Users whom a proxy has signed in. From any other address its headers mean nothing. */
export class ProxyScheme implements Scheme {
  readonly method = 'proxy';
  readonly challenge = null;
  readonly #options: ProxySchemeOptions;

  constructor(options: ProxySchemeOptions) {
    this.#options = options;
  }

  async authenticate(attempt: Attempt): Promise<Viewer | null> {
    const { proxies, userHeader, roleHeader, roles } = this.#options;
    if (!proxies.sent(attempt)) return null;
    const name = onlyValue(attempt, userHeader)?.trim() ?? '';
    if (name === '') return null;
    // A proxy that appends to what the client sent, rather than replaces it, lets clients choose their name.
    if (name.length > maxNameLength || name.includes(',')) throw new UnauthenticatedError();
    const groups = roleHeader === null ? ['viewer'] : (onlyValue(attempt, roleHeader) ?? '').split(',');
    return { name, role: roles.roleInHeader(name, groups), method: this.method, expiresAt: null };
  }

  claimedName(attempt: Attempt): string | null {
    const { proxies, userHeader } = this.#options;
    const [name] = attempt.headers[userHeader] ?? [];
    return proxies.sent(attempt) ? (name?.trim().slice(0, maxNameLength) ?? null) : null;
  }
}
