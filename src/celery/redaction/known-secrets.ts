/**
 * Masks what is a secret by its looks, whatever it is called: credentials of HTTP, signed tokens, keys of well-known
 * services, private keys, secret parameters of URLs. Each expression reads a text once: none of them repeats what
 * another repetition in it may match as well.
 */
import { mask } from './mask.js';

interface KnownSecret {
  /** One of them, in upper or lower case, is in each. */
  readonly hints: readonly string[];
  readonly mask: (text: string) => string;
}

const authScheme = /(?<![\w-])((?:Bearer|Token|ApiKey|Basic) {1,4})([\w.~+/=-]{6,})/gi;
const jsonWebToken = /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{4,}(?:\.[\w-]*)?/g;
const serviceKey =
  /(?<!\w)(?:(?:AKIA|ASIA|AROA)[A-Z\d]{16}(?!\w)|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|[rs]k_(?:live|test)_\w{10,}|AIza[\w-]{30,}|npm_\w{30,}|SG\.[\w-]{16,}\.[\w-]{16,})/g;
/** Of countries and products there are codes, too, and of tables and sorting keys. */
const signature =
  /([?&](?:(?:[\w-]{0,32}[_-])?(?:sig|signature)|key|(?:(?:auth|authorization|verification|activation|confirmation|invite|device|user|reset|login)[_-])?code)=)(?!\*)([^\s&'"<>;\\]+)/gi;
const privateKey = /-----BEGIN [A-Z\d ]{0,32}PRIVATE KEY(?: BLOCK)?-----/g;
/** A block ends at its last line; one that was cut, where the string does. */
const privateKeyEnd = /-----|['"]/g;

export const knownSecrets: readonly KnownSecret[] = [
  {
    hints: ['bearer ', 'token ', 'apikey ', 'basic '],
    mask: (text) =>
      text.replace(authScheme, (found, scheme: string, secret: string) =>
        isCredential(scheme, secret) ? scheme + mask : found,
      ),
  },
  { hints: ['eyj'], mask: (text) => text.replace(jsonWebToken, mask) },
  {
    hints: 'akia asia aroa ghp_ gho_ ghu_ ghs_ ghr_ github_pat glpat- xox rk_ sk_ aiza npm_ sg.'.split(
      ' ',
    ),
    mask: (text) => text.replace(serviceKey, mask),
  },
  { hints: ['sig=', 'signature=', 'code='], mask: (text) => text.replace(signature, `$1${mask}`) },
  { hints: ['-----begin'], mask: maskPrivateKeys },
];

/** `Bearer of bad news` and `Basic authentication` are none. */
function isCredential(scheme: string, secret: string): boolean {
  if (/^basic/i.test(scheme)) return Buffer.from(secret, 'base64').includes(58); // user:password
  if (/^token/i.test(scheme)) return secret.length >= 16 && /\d/.test(secret);
  return /\d/.test(secret) || /[a-z][A-Z]|[._~+/=-]\w/.test(secret) || secret.length >= 20;
}

function maskPrivateKeys(text: string): string {
  let shown = '';
  let copied = 0;
  for (const { 0: head, index } of text.matchAll(privateKey)) {
    if (index < copied) continue;
    const start = index + head.length;
    privateKeyEnd.lastIndex = start;
    const end = privateKeyEnd.exec(text)?.index ?? text.length;
    shown += text.slice(copied, start) + mask;
    copied = end;
  }
  return copied === 0 ? text : shown + text.slice(copied);
}
