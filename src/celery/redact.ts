/**
 * Masks secrets in what workers tell of their configuration. Workers mask by setting name and leave every other
 * URL as it is, so each value is masked again here, before anything is stored.
 */
// A routing key is no secret, nor is a key prefix.
const secretName =
  /api|token|(?<!routing_)key(?!prefix)|secret|pass|signature|auth|credential|private|salt/i;
const mask = '********';
/**
 * The password of any URL, `scheme://user:password@` or `scheme://:password@`, up to the last `@`, since a password
 * may hold one that nobody encoded. A semicolon parts the URLs of a list.
 */
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s;]+(@)/gi;

/** A query parameter of any URL that is a secret by its name. */
const secretParameter =
  /([?&][\w.-]*(?:token|secret|passw|pwd|api[_-]?key|signature)[\w.-]*=)[^&\s;]+/gi;
/** Names below which everything is secret. (Others, such as `api`, are also names of queues and schedules.) */
const secretTree = /token|secret|passw|credential|private|^auth$/i;

export function redact(value: unknown, name = '', inSecret = false): unknown {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  if (isScalar && value !== '' && (inSecret || secretName.test(name))) return mask;
  if (typeof value === 'string')
    return value.replace(urlPassword, `$1${mask}$2`).replace(secretParameter, `$1${mask}`);
  if (typeof value !== 'object' || value === null) return value;
  const below = inSecret || secretTree.test(name);
  if (Array.isArray(value)) return value.map((item) => redact(item, name, below));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key, below)]));
}
