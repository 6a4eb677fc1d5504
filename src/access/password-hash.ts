/** Passwords as they are kept: scrypt, in the PHC string format (`$scrypt$ln=15,r=8,p=3$salt$hash`). */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

interface Cost {
  /** Base 2 logarithm of scrypt's N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface PasswordHash extends Cost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** OWASP's: 32 MB, and some tenths of a second. */
export const defaultCost: Cost = { ln: 15, r: 8, p: 3 };
const maxMemory = 256 * 1024 * 1024;
const maxParallel = 16;
const saltBytes = 16;
const hashBytes = 32;

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const phc =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,128})$/;

/** Null when it is no hash of scrypt, or one that would take too much memory or time. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const [, ln, r, p, salt = '', hash = ''] = phc.exec(text) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const isAffordable = memoryOf(cost) <= maxMemory && cost.p <= maxParallel;
  if (!(cost.ln >= 10 && cost.r >= 1 && cost.p >= 1 && isAffordable)) return null;
  return { ...cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

export async function hashPassword(password: string, cost = defaultCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await work(password, salt, hashBytes, cost);
  const { ln, r, p } = cost;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

export async function isPassword(
  password: string,
  { salt, hash, ...cost }: PasswordHash,
): Promise<boolean> {
  return timingSafeEqual(await work(password, salt, hash.length, cost), hash);
}

/** @param password in any Unicode form: keyboards differ in how they write an accent */
function work(password: string, salt: Buffer, length: number, { ln, r, p }: Cost): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: 2 * maxMemory };
  return derive(password.normalize('NFC'), salt, length, options);
}

function memoryOf({ ln, r }: Cost): number {
  return 128 * 2 ** ln * r;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
