/** IP addresses as they are compared: one notation for each, and sets of them. */
import { BlockList, isIP } from 'node:net';

/** Without the prefix of an IPv4 address in IPv6 notation, in which Node tells them on sockets that take both. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address.replace(/%.*$/, ''); // a zone means nothing outside its machine
}

/** An address out of a header, where a port may follow it; null when it is none. */
export function addressIn(text: string): string | null {
  const trimmed = text.trim();
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(bare) === 0 ? null : plainAddress(bare);
}

export interface Subnet {
  readonly address: string;
  readonly prefix: number;
}

/** `10.0.0.0/8`, or one address; null when it is neither. */
export function parseSubnet(text: string): Subnet | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? String(bits))) return null;
  const length = Number(prefix ?? bits);
  return length > bits ? null : { address, prefix: length };
}

/** As it is written in a setting. */
export function shownSubnet({ address, prefix }: Subnet): string {
  return `${address}/${prefix}`;
}

/** Whether it holds so much of the Internet that its addresses belong to strangers. */
export function isBoundless({ address, prefix }: Subnet): boolean {
  if (family(address) === 'ipv4') return prefix < 8; // 10.0.0.0/8 is the largest private network
  return prefix < 7 || (prefix < 96 + 8 && holdsIPv4({ address, prefix })); // as fc00::/7 among those of IPv6
}

/** Whether IPv4 addresses are in it, which are ::ffff:0:0/96 in the notation of IPv6 (RFC 4291, section 2.5.5.2). */
function holdsIPv4(subnet: Subnet): boolean {
  const [larger, smaller] = subnet.prefix < mapped.prefix ? [subnet, mapped] : [mapped, subnet];
  return new AddressSet([larger]).has(smaller.address);
}

/** Whether it holds public addresses of more networks than one operator has. */
export function isWide({ address, prefix }: Subnet): boolean {
  if (privateNetworks.has(address)) return false;
  return prefix < (family(address) === 'ipv4' ? 16 : 32);
}

export class AddressSet {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  constructor(subnets: readonly Subnet[]) {
    this.#isEmpty = subnets.length === 0;
    for (const { address, prefix } of subnets) this.#list.addSubnet(address, prefix, family(address));
  }

  has(address: string): boolean {
    if (this.#isEmpty) return false;
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, family(plain));
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

const mapped: Subnet = { address: '::ffff:0:0', prefix: 96 };

/** RFC 1918, RFC 6598 (carrier-grade NAT, which clusters use), RFC 4193, loopback and link-local addresses. */
const privateNetworks = new AddressSet([
  { address: '10.0.0.0', prefix: 8 },
  { address: '172.16.0.0', prefix: 12 },
  { address: '192.168.0.0', prefix: 16 },
  { address: '100.64.0.0', prefix: 10 },
  { address: '127.0.0.0', prefix: 8 },
  { address: 'fc00::', prefix: 7 },
  { address: 'fe80::', prefix: 10 },
]);
