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

export function redact(value: unknown, name = ''): unknown {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  if (isScalar && value !== '' && secretName.test(name)) return mask;
  if (typeof value === 'string') return value.replace(urlPassword, `$1${mask}$2`);
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
  }
  return value;
}
