/**
 * Which headers of a request an answer does not depend on. Every other header is part of the question, known or not, so
 * that a header which is not in this list can cost a kept answer, and never gives the wrong one.
 */

/** Differ from request to request of one client: of the body, for conditional requests (looked at each time), of tracing. */
export const ofOneRequest: ReadonlySet<string> = new Set([
  'content-length',
  'if-modified-since',
  'if-none-match',
  'b3',
  'baggage',
  'newrelic',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'uber-trace-id',
  'x-amzn-trace-id',
  'x-b3-flags',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-datadog-origin',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'x-datadog-tags',
  'x-datadog-trace-id',
  'x-request-id',
]);

/** Differ between clients. Who the client is, as they say, is a part of the question of its own. */
const ofOneClient: ReadonlySet<string> = new Set([
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'cookie',
  'forwarded',
  'referer',
  'user-agent',
  'x-forwarded-for',
  'x-real-ip',
]);

/** The headers that an answer may depend on, in their order, as one text. */
export function askedHeaders(rawHeaders: readonly string[]): string {
  const asked: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!ofOneRequest.has(name) && !ofOneClient.has(name)) asked.push(name, rawHeaders[at + 1] ?? '');
  }
  return JSON.stringify(asked);
}

/** Whether two requests have the same headers in the same order, but for those of one request alone. */
export function isSameBut(raw: readonly string[], other: readonly string[]): boolean {
  let at = 0;
  let otherAt = 0;
  while (at < raw.length || otherAt < other.length) {
    if (raw[at] === other[otherAt] && raw[at + 1] === other[otherAt + 1]) {
      at += 2;
      otherAt += 2;
    } else if (isOfOneRequest(raw[at])) at += 2;
    else if (isOfOneRequest(other[otherAt])) otherAt += 2;
    else return false;
  }
  return true;
}

function isOfOneRequest(name: string | undefined): boolean {
  return name !== undefined && ofOneRequest.has(name.toLowerCase());
}
