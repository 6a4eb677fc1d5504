/** `GET /metrics`, for Prometheus: a caller who may read may scrape, with the same credentials. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { Viewer } from '../../access/viewer.js';
import type { Exporter } from '../../prometheus/exporter.js';
import { formats } from '../../prometheus/text-format.js';
import type { Format } from '../../prometheus/text-format.js';
import { refuse } from '../error-response.js';

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
    refuse(response, { code: 'METHOD_NOT_ALLOWED', message: 'Metrics are asked for by GET or HEAD' });
    return;
  }
  const format = formatOf(headers.accept);
  const text = await metrics.text(format, viewer);
  const isPacked = new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
  const body = isPacked ? await compress(text, { level: 1 }) : Buffer.from(text);
  response.setHeader('vary', 'Accept, Accept-Encoding');
  if (isPacked) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': formats[format], 'content-length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

/** Characters of an Accept header that are read: each of its types is compared with each offer. */
const maxAcceptLength = 1_000;

const openMetrics = 'application/openmetrics-text;version=1.0.0';
/** Ways to escape names that a scraper may ask for. The names of our series need none: the text is always the same. */
const escapings = ['allow-utf-8', 'underscores', 'dots', 'values'];
const offers: ReadonlyMap<string, Format> = new Map([
  ['text/plain;version=0.0.4', 'text'],
  ['text/plain', 'text'],
  [openMetrics, 'openMetrics'],
  ...escapings.map((escaping) => [`${openMetrics};escaping=${escaping}`, 'openMetrics'] as const),
]);

/** The format that the client prefers; the text format, which every scraper reads, if it accepts neither. */
export function formatOf(accept: string | undefined): Format {
  const headers = { accept: accept?.slice(0, maxAcceptLength) };
  const preferred = new Negotiator({ headers }).mediaType([...offers.keys()]);
  return offers.get(preferred ?? '') ?? 'text';
}
