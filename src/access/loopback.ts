/** Names and addresses by which only this machine can reach itself. */
import { AddressSet } from './ip-address.js';

const addresses = new AddressSet([
  { address: '127.0.0.0', prefix: 8 },
  { address: '::1', prefix: 128 },
]);

/** Browsers take every name under `localhost` for this machine (RFC 6761, section 6.3), without asking DNS. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name.endsWith('.localhost') || addresses.has(name);
}
