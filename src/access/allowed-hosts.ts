/**
 * The names under which the gateway may be addressed. Where who asks is trusted for being on this machine, a web page
 * could let its own name point to this machine, and ask as its reader ("DNS rebinding"): the browser would see one origin.
 */
import { isLoopback } from './loopback.js';

export class AllowedHosts {
  readonly #names: ReadonlySet<string>;

  /** @param names besides those of this machine, without ports */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** @param host as in the header `Host`; who sends none is no browser */
  allows(host: string | undefined): boolean {
    if (host === undefined || host === '') return true;
    const url = `http://${host.trim()}`;
    if (!URL.canParse(url)) return false;
    const { hostname } = new URL(url);
    return isLoopback(hostname) || this.#names.has(hostname);
  }
}
