/**
 * Masks secrets in what workers tell of their configuration. Workers mask by setting name and leave every other
 * URL as it is, so each value is masked again here, before anything is stored.
 */
// A routing key is no secret, nor is a key prefix.
const secretName =
  /api|token|(?<!routing_)key(?!prefix)|secret|pass|signature|auth|credential|private|salt/i;
const mask = '********';
/** The credentials of any URL: `scheme://user:password@` or `scheme://:password@`. */
const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@]+(@)/gi;

export function redact(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    return secretName.test(name) && value !== '' ? mask : value.replace(urlPassword, `$1${mask}$2`);
  }
  if (Array.isArray(value)) return value.map((item) => redact(item, name));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
  }
  return value;
}
