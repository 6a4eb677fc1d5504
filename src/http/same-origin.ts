/**
 * Browsers let any web page open a WebSocket here, or post without a body, and name the page's origin when they do.
 * Whoever names a foreign one is refused; clients that are no browsers name none.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Refusal } from '../access/authenticator.js';
import type { AllowedHosts } from '../access/allowed-hosts.js';

/**
 * Whether the request comes from a page that was not served from here (RFC 6454), nor from one of `allowed`. What
 * names no origin may still be a page's: an image or a frame, of which browsers tell in `Sec-Fetch-Site`.
 */
export function isForeignOrigin(
  { origin, host, ...headers }: IncomingHttpHeaders,
  allowed: readonly string[] = [],
): boolean {
  if (origin === undefined) return isEmbedded(headers);
  const ours = [host, ...forwardedHosts(headers)];
  if (allowed.includes(origin)) return false;
  return !URL.canParse(origin) || !ours.includes(new URL(origin).host);
}

/** A link that a reader follows, or an address typed in, is no page's doing. */
function isEmbedded(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  const isOpened = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return (site === 'cross-site' || site === 'same-site') && !isOpened;
}

/** A proxy in front may rewrite Host; pages cannot set X-Forwarded-Host on the requests in question. */
function forwardedHosts(headers: IncomingHttpHeaders): string[] {
  const forwarded = headers['x-forwarded-host'];
  return typeof forwarded === 'string' ? forwarded.split(',').map((name) => name.trim()) : [];
}

const foreignOrigin = 'Requests from pages of other origins are refused';

const foreignHost =
  'The gateway may not be addressed by this name: see --allowed-hosts, and --auth-file for more than one machine';

/** Characters of a header that are recorded. */
const maxShownLength = 256;

/**
 * Why a request may not come in, as far as its origin and the host that it names are concerned; null if it may. Every
 * refusal is recorded, with the origin and host that were seen, since a proxy in front may have changed them.
 */
export function refusalOf(
  { url = '', headers }: IncomingMessage,
  hosts: AllowedHosts | null,
  corsOrigins: readonly string[],
): Refusal | null {
  const isHostRefused = hosts !== null && !isAllowedHost(hosts, headers);
  if (!isHostRefused && !isForeignOrigin(headers, corsOrigins)) return null;
  const seen = {
    origin: headers.origin,
    host: headers.host,
    forwardedHost: forwardedHosts(headers).join(', '),
    site: headers['sec-fetch-site'],
    path: url.split('?', 1)[0],
  };
  const details = Object.entries(seen).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [[name, value.slice(0, maxShownLength)] as const] : [],
  );
  return {
    code: 'FORBIDDEN',
    message: isHostRefused ? foreignHost : foreignOrigin,
    details: Object.fromEntries(details),
  };
}

/** Whether every name under which the request was sent is one of the gateway's. */
function isAllowedHost(hosts: AllowedHosts, headers: IncomingHttpHeaders): boolean {
  return [headers.host, ...forwardedHosts(headers)].every((host) => hosts.allows(host));
}
