/** Under which name a client's share is kept: who it is, or else where it comes from. */
import { parseAddress } from './ip-address.js';
import type { Viewer } from './viewer.js';

/** Users of two methods may have one name, and are not the same user for that. */
export function clientKey({ method, name }: Viewer, address: string | null): string {
  return method === 'none' ? `address ${network(address)}` : `${method} ${name}`;
}

/** An IPv4 address, or the /64 network of an IPv6 address: a client that has one of its addresses has all of them. */
export function network(address: string | null): string {
  if (address === null) return 'unknown';
  const parsed = parseAddress(address);
  if (parsed === null) return address;
  if (!('parts' in parsed)) return parsed.toString();
  const groups = parsed.parts.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}
