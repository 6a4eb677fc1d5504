/**
 * IP addresses and networks. They are read strictly: ipaddr.js by itself takes `10.1` and `0x7f.1` for addresses, and an
 * address that two programs read in two ways can be used to get past a check.
 */
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import type ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

const load = createRequire(import.meta.url);
let loaded: typeof ipaddr | undefined;

/**
 * Loaded with the first address, and as what it is, CommonJS: for the first `import` of such a package Node loads a
 * parser, which takes `celeryql --help` a fifth of its time.
 */
function library(): typeof ipaddr {
  return (loaded ??= load('ipaddr.js') as typeof ipaddr);
}

/**
 * Null if the text is not an IP address. The zone is left out: it means nothing on another machine. An IPv4 address in
 * IPv6 notation (`::ffff:192.0.2.1`), which sockets for both versions report, is read as the IPv4 address.
 */
export function parseAddress(text: string): Address | null {
  const [withoutZone = text] = text.split('%', 1);
  return isIP(withoutZone) === 0 ? null : library().process(withoutZone);
}

/** The shortest notation of an address; a text that is not an address is returned as it is. */
export function plainAddress(text: string): string {
  return parseAddress(text)?.toString() ?? text;
}

/** An address in a header, which a port may follow; null if it is not an address. */
export function addressIn(text: string): string | null {
  const trimmed = text.trim();
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return parseAddress(bare)?.toString() ?? null;
}

export interface Subnet {
  readonly address: string;
  /** Number of leading bits that all addresses of the network have in common. */
  readonly prefix: number;
}

/** `10.0.0.0/8`, or a single address; null if the text is neither. */
export function parseSubnet(text: string): Subnet | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix ?? String(bits))) return null;
  const length = Number(prefix ?? bits);
  return length > bits ? null : { address, prefix: length };
}

/** The notation of the settings. */
export function shownSubnet({ address, prefix }: Subnet): string {
  return `${address}/${prefix}`;
}

/** Whether the network is so large that addresses of strangers are in it. */
export function isBoundless({ address, prefix }: Subnet): boolean {
  const parsed = library().parse(address);
  if (parsed.kind() === 'ipv4') return prefix < 8; // 10.0.0.0/8 is the largest private network
  if (prefix < 7) return true; // fc00::/7 is the largest
  // ::ffff:0:0/96, the IPv4 addresses in the notation of IPv6 (RFC 4291, section 2.5.5.2)
  const mapped = library().IPv6.parse('::ffff:0:0');
  return prefix < 96 + 8 && mapped.match(parsed, Math.min(prefix, 96));
}

/** Whether the network holds public addresses of more networks than one operator has. */
export function isWide({ address, prefix }: Subnet): boolean {
  const parsed = library().process(address);
  if (privateRanges.has(parsed.range())) return false;
  return prefix < (parsed.kind() === 'ipv4' ? 16 : 32);
}

export class AddressSet {
  readonly #networks: readonly (readonly [Address, number])[];

  constructor(subnets: readonly Subnet[]) {
    this.#networks = subnets.map(({ address, prefix }) => {
      const parsed = library().process(address);
      // ::ffff:10.0.0.0/104 is 10.0.0.0/8
      const isMapped = parsed.kind() === 'ipv4' && isIP(address) === 6;
      return [parsed, isMapped ? Math.max(prefix - 96, 0) : prefix];
    });
  }

  has(address: string): boolean {
    if (this.#networks.length === 0) return false;
    const parsed = parseAddress(address);
    return (
      parsed !== null &&
      this.#networks.some(
        ([network, prefix]) => network.kind() === parsed.kind() && parsed.match(network, prefix),
      )
    );
  }
}

/** Names by ipaddr.js: RFC 1918, RFC 6598 (carrier-grade NAT, which clusters use), RFC 4193, loopback, link-local. */
const privateRanges: ReadonlySet<string> = new Set([
  'private',
  'carrierGradeNat',
  'uniqueLocal',
  'loopback',
  'linkLocal',
]);
