/** Under which name a client's share is kept: who it is, or else where it comes from. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Viewer } from './viewer.js';

/** Users of two methods may have one name, and are not the same user for that. */
export function clientKey({ method, name }: Viewer, address: string | null): string {
  return method === 'none' ? `address ${network(address)}` : `${method} ${name}`;
}

/** An IPv4 address, or the /64 that an IPv6 address is of: whoever has one has all the others of it. */
export function network(address: string | null): string {
  if (address === null) return 'unknown';
  if (isIPv4(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%'); // without its zone
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: missing }, () => '0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
