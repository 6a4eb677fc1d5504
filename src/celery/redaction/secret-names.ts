/**
 * Which names say that a secret follows: of keyword arguments, keys, headers, parameters and settings. Words decide, in
 * snake_case, camelCase and kebab-case alike, so that `db_password`, `apiKey` and `X-Auth-Token` are secrets, and
 * `max_tokens`, `routing_key` and `password_reset_url` are not.
 */

/** Everything of these is a secret, unless the last word says that it is only about one. */
const secretWords: ReadonlySet<string> = new Set(
  'password passwords passwort passwd passphrase passcode pwd secret secrets token tokens credential credentials cred creds'.split(
    ' ',
  ),
);
/** Secrets as the last word of a name, or before one that adds nothing. */
const lastWords: ReadonlySet<string> = new Set(
  'pass auth authorization cookie cookies jwt bearer csrf xsrf otp totp cvv cvc cvn ssn salt sessionid phpsessid sessid pin pw mnemonic'.split(
    ' ',
  ),
);
const emptyWords: ReadonlySet<string> = new Set(
  'header headers value values data info string str code raw plain text'.split(' '),
);
/** What these end is a fact about a secret. */
const aboutWords: ReadonlySet<string> = new Set(
  (
    'count counts limit limits length len size type types kind name names url urls uri endpoint path paths file files dir ' +
    'arn ref field fields prefix suffix policy policies required enabled disabled expired expires expiry expiration exp ttl ' +
    'age lifetime at max min total usage used budget version algorithm alg format index rate attempts attempt retries ' +
    'status state valid verified strength created changed updated rotated rotation reset provider providers backend ' +
    'backends hasher hashers validator validators issuer audience scope scopes timeout interval days hours minutes seconds ' +
    'email emails mail mails template templates form forms page pages subject message messages event events shown sent'
  ).split(' '),
);
/** Before `token`, these speak of language, of pages or of numbers. */
const harmlessTokens: ReadonlySet<string> = new Set(
  (
    'max min num n total per prompt completion input output used remaining cached cache reasoning generated count of ' +
    'context new estimated billable thinking page next previous continuation eos bos pad unk sep cls special stop'
  ).split(' '),
);
/** A key alone is that of a table or a cache: these make it one that opens something. */
const keyWords: ReadonlySet<string> = new Set(
  (
    'api access secret private encryption encrypt decryption signing sign signature auth authentication master ssh gpg pgp ' +
    'hmac aes rsa ssl tls jwt crypto cipher session license licence webhook service account shared storage deploy vapid ' +
    'live bot fernet django flask laravel nacl subscription application app root recovery wallet stripe aws openai anthropic sendgrid mailgun twilio github gitlab google azure datadog sentry slack'
  ).split(' '),
);
/** For names written as one word, such as `dbpassword` or `csrfmiddlewaretoken`. */
const secretEnding =
  /(?:password|passwd|passphrase|secret|token|credentials|authorization|(?:api|secret|private|access|auth|signing|encryption)keys?|c(?:ard|c)(?:number|num|no)|creditcard|debitcard)$/;

/** One of these is in every such name. */
const hints: readonly string[] = (
  'pass pwd secret token cred auth cookie key jwt bearer csrf xsrf otp cvv cvc cvn ssn salt sessid sessionid ccn cc_n ' +
  'cc-n card session mnemonic'
).split(' ');
/** The same of words so short that they are in many others. */
const wordHints: readonly string[] = ['pin', 'pw'];

/** Names are remembered, since the same ones come again and again; names come from outside, so not without end. */
const maxRemembered = 2_000;
const maxNameLength = 128;

export class SecretNames {
  /** One of them, in upper or lower case, is in every secret name. */
  readonly hints: readonly string[];
  /** Or one of these, where no letter is beside it. */
  readonly wordHints: readonly string[] = wordHints;
  readonly #quick: RegExp;
  readonly #further: RegExp | null;
  readonly #known = new Map<string, boolean>();

  /** @param globs further names: `*` stands for any characters, `?` for one; without regard to case and separators */
  constructor(globs: readonly string[] = []) {
    this.hints = [...hints, ...globs.map((glob) => longestPiece(glob).toLowerCase())];
    this.#quick = new RegExp([...this.hints, ...wordHints].join('|'), 'i');
    this.#further = globs.length === 0 ? null : new RegExp(`^(?:${globs.map(patternOf).join('|')})$`);
  }

  isSecret(name: string): boolean {
    if (!this.#quick.test(name)) return false;
    const end = name.length > maxNameLength ? name.slice(-maxNameLength) : name;
    const known = this.#known.get(end);
    if (known !== undefined) return known;
    if (this.#known.size >= maxRemembered) this.#known.clear();
    const words = wordsOf(end);
    const isSecret = isSecretPhrase(words) || (this.#further?.test(words.join('')) ?? false);
    this.#known.set(end, isSecret);
    return isSecret;
  }
}

// As Celery does with settings of its own, and broader: a setting is written by people who have no reason to hide less.
const settingName =
  /api|token|(?<!routing_)key(?!prefix)|secret|pass|signature|auth|credential|private|salt/i;

/** Keys of a worker's configuration. */
export function isSecretSetting(name: string): boolean {
  return settingName.test(name);
}

const shortestPiece = 3;

/** Whether a glob says enough not to name everything. */
export function isNameGlob(glob: string): boolean {
  return /^[\w.*?-]{3,100}$/.test(glob) && longestPiece(glob).length >= shortestPiece;
}

/** `apiKeyV2` has the words api, key and v; digits part them as separators do. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[\s\d_.$[\]-]+/)
    .filter((word) => word !== '');
}

function isSecretPhrase(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  const head = emptyWords.has(last) ? words.slice(0, -1) : words;
  if (lastWords.has(head.at(-1) ?? '')) return true;
  if (last === 'id' && words.at(-2) === 'session') return true;
  const isAbout = aboutWords.has(last);
  if (!isAbout && !isHarmlessToken(words) && secretEnding.test(words.join(''))) return true;
  return words.some((word, at) => {
    if (word === 'key' || word === 'keys') return !isAbout && keyWords.has(words[at - 1] ?? '');
    if (!secretWords.has(word) || isAbout) return false;
    if (!word.startsWith('token')) return last !== 'id' || word.startsWith('secret');
    return last !== 'id' && !harmlessTokens.has(words[at - 1] ?? '');
  });
}

function isHarmlessToken(words: readonly string[]): boolean {
  return words.at(-1) === 'token' && harmlessTokens.has(words.at(-2) ?? '');
}

function longestPiece(glob: string): string {
  return glob.split(/[*?_.\d-]+/).reduce((best, piece) => (piece.length > best.length ? piece : best));
}

/** Over the words of a name written together, which is why separators and digits do not count. */
function patternOf(glob: string): string {
  return glob
    .toLowerCase()
    .replace(/[_.\d-]+/g, '')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}
