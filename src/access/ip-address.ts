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

export class AddressSet {
  readonly #list = new BlockList();

  constructor(subnets: readonly Subnet[]) {
    for (const { address, prefix } of subnets) this.#list.addSubnet(address, prefix, family(address));
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, family(plain));
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
