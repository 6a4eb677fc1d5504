/**
 * Which web pages may use the gateway, by the origin and host that their browser names; clients that are no browsers
 * name no origin. Browsers let any page open a WebSocket here, or post without a body: a page of a foreign origin is
 * refused. Pages of the origins that the settings name are let in: see cors.ts.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Refusal } from '../access/authenticator.js';
import type { AllowedHosts } from '../access/allowed-hosts.js';
import { hasCredentials } from '../access/viewer.js';
import type { Viewer } from '../access/viewer.js';

/**
 * Whether the request comes from a page that was not served from here (RFC 6454), nor from one of `allowed`. What
 * names no origin may still be a page's: an image or a frame, which browsers report in `Sec-Fetch-Site`.
 */
export function isForeignOrigin(headers: IncomingHttpHeaders, allowed: readonly string[] = []): boolean {
  const { origin, host } = headers;
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
 * Why a request is refused, with any credentials; null if it is not. Every refusal is recorded, with the origin and host
 * that were seen, since a proxy in front may have changed them.
 */
export function refusalOf(
  request: IncomingMessage,
  hosts: AllowedHosts | null,
  corsOrigins: readonly string[],
): Refusal | null {
  if (hosts?.scope === 'everybody' && !isAddressed(request, hosts)) return refusal(foreignHost, request);
  return isForeignOrigin(request.headers, corsOrigins) ? refusal(foreignOrigin, request) : null;
}

/** Why a caller may not come in who is let in for where the request comes from; null if it may. */
export function refusalOfViewer(
  request: IncomingMessage,
  viewer: Viewer,
  hosts: AllowedHosts | null,
): Refusal | null {
  if (hosts === null || hasCredentials(viewer) || isAddressed(request, hosts)) return null;
  return refusal(foreignHost, request);
}

function refusal(message: string, { url = '', headers }: IncomingMessage): Refusal {
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
  return { code: 'FORBIDDEN', message, details: Object.fromEntries(details) };
}

/** Whether every name under which the request was sent is one of the gateway's. */
function isAddressed({ headers }: IncomingMessage, hosts: AllowedHosts): boolean {
  return [headers.host, ...forwardedHosts(headers)].every((host) => hosts.allows(host));
}
