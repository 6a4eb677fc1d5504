/**
 * The names under which the gateway may be addressed. Where the address of the caller, and no credentials, is what lets
 * it in, a web page could point its own name to the gateway's address ("DNS rebinding"): to the browser both are one
 * origin, and its requests come from inside.
 */
import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { hostnameOf } from './hostname.js';
import { isLoopback } from './loopback.js';

/**
 * Which callers have to use an allowed name: `everybody`, or only those that bear no credentials of their own. A page
 * has no credentials of another origin: browsers keep passwords by origin, and tokens are read by their own page alone.
 */
export type HostScope = 'everybody' | 'without_credentials';

export interface AllowedHostsOptions {
  /**
   * Whether any IP address is allowed, as of probes and scrapes of a pod. It is safe against rebinding: an address needs
   * no DNS, so that a page with this host was served from this very address. False by default.
   */
  readonly ipAddresses?: boolean;
  /** `everybody` by default. */
  readonly scope?: HostScope;
}

/** Characters of a `Host` header whose verdict is kept, and how many verdicts. */
const longestKnown = 256;
const maxKnown = 100;

export class AllowedHosts {
  readonly scope: HostScope;
  /** Verdicts by header: clients send the same one with every request. */
  readonly #known = new LRUCache<string, boolean>({ max: maxKnown });
  readonly #names: ReadonlySet<string>;
  readonly #ipAddresses: boolean;

  /** @param names besides those of this machine, without ports */
  constructor(
    names: readonly string[],
    { ipAddresses = false, scope = 'everybody' }: AllowedHostsOptions = {},
  ) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    this.#ipAddresses = ipAddresses;
    this.scope = scope;
  }

  /** @param host as in the header `Host`; a client that sends none is not a browser */
  allows(host: string | undefined): boolean {
    if (host === undefined || host === '') return true;
    const known = this.#known.get(host);
    if (known !== undefined) return known;
    const isAllowed = this.#isAllowed(host);
    if (host.length <= longestKnown) this.#known.set(host, isAllowed);
    return isAllowed;
  }

  #isAllowed(host: string): boolean {
    const name = hostnameOf(host.trim());
    if (name === null) return false;
    return isLoopback(name) || this.#names.has(name) || (this.#ipAddresses && isIpAddress(name));
  }
}

/** 0.0.0.0 and :: are the address of no machine: a browser that is sent there reaches its own. */
function isIpAddress(hostname: string): boolean {
  const plain = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(plain) !== 0 && plain !== '0.0.0.0' && plain !== '::';
}
