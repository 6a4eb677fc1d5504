/** Which answers are sent in gzip: those of a client that accepts it, if they do not fit into one packet as they are. */
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** Bytes; what is shorter fits into one packet of most networks, and takes as long either way. */
export const minGzipBytes = 1_400;

/** Clients send one of a few texts, with every request. */
const known = new LRUCache<string, boolean>({ max: 100 });

/** Whether the client prefers gzip to bytes as they are, by its `Accept-Encoding` (RFC 9110, section 12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  const before = known.get(acceptEncoding);
  if (before !== undefined) return before;
  const headers = { 'accept-encoding': acceptEncoding };
  const accepts = new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
  if (acceptEncoding.length <= 200) known.set(acceptEncoding, accepts);
  return accepts;
}
