/** Names and addresses by which only this machine can reach itself. */
import { parseAddress } from './ip-address.js';

/** Browsers resolve every name under `localhost` to this machine (RFC 6761, section 6.3), without DNS. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return parseAddress(name)?.range() === 'loopback';
}
