/** `GET /metrics`, for Prometheus: whoever may read may scrape, with the same credentials. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Viewer } from '../access/viewer.js';
import type { Exporter } from '../prometheus/exporter.js';
import { formats } from '../prometheus/exposition.js';
import type { Format } from '../prometheus/exposition.js';
import { fail } from './refusal.js';

export type MetricsSource = Pick<Exporter, 'text' | 'operations'>;

const path = '/metrics';
const compress = promisify(gzip);

export function isMetricsRequest({ url = '' }: IncomingMessage): boolean {
  return url.split('?', 1)[0] === path;
}

export async function serveMetrics(
  metrics: MetricsSource,
  viewer: Viewer,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    fail(response, 'METHOD_NOT_ALLOWED', 'Metrics are asked for by GET or HEAD');
    return;
  }
  const format = formatOf(headers.accept);
  const text = await metrics.text(format, viewer);
  const isPacked = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(
    headers['accept-encoding']?.toString() ?? '',
  );
  const body = isPacked ? await compress(text, { level: 1 }) : Buffer.from(text);
  response.setHeader('vary', 'Accept, Accept-Encoding');
  if (isPacked) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': formats[format], 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

/** OpenMetrics 1.0.0 for who prefers it; the text format, which everybody reads, for all others. */
export function formatOf(accept = ''): Format {
  let [text, openMetrics] = [0, 0];
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const named = new Map(parameters.map((each) => [each.split('=', 1)[0], each.split('=')[1] ?? '']));
    const quality = named.has('q') ? Number(named.get('q')) : 1;
    if (!(quality > 0)) continue;
    const version = named.get('version') ?? '1.0.0';
    if (type === 'application/openmetrics-text' && version === '1.0.0')
      openMetrics = Math.max(openMetrics, quality);
    if (type === 'text/plain' || type === '*/*' || type === 'text/*') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text ? 'openMetrics' : 'text';
}
