/**
 * What a platform asks a process: whether it lives, and whether it should be sent requests. Neither knows who asks, by
 * which name, or of GraphQL; nothing of them is cached.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse } from '../error-response.js';
import type { ReadinessSource } from '../../cluster/readiness.js';

type Answer = { readonly status: number; readonly body: unknown };
type HealthRoute = (readiness: ReadinessSource) => Promise<Answer>;

// Of the process alone: one that is restarted because the broker is away comes back no better.
const live: HealthRoute = async () => ({ status: 200, body: { status: 'ok' } });

const ready: HealthRoute = async (readiness) => {
  const body = await readiness.report();
  return { status: body.status === 'ready' ? 200 : 503, body };
};

const routes: ReadonlyMap<string, HealthRoute> = new Map([
  ['/health/live', live],
  ['/health/ready', ready],
]);

/** Null for a request that is for something else. */
export function healthRouteOf({ url = '' }: IncomingMessage): HealthRoute | null {
  return routes.get(url.split('?', 1)[0] ?? '') ?? null;
}

export async function serveHealth(
  route: HealthRoute,
  readiness: ReadinessSource,
  response: ServerResponse,
): Promise<void> {
  const { method } = response.req;
  response.setHeader('cache-control', 'no-store');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    refuse(response, { code: 'METHOD_NOT_ALLOWED', message: 'Health is asked for by GET or HEAD' });
    return;
  }
  const { status, body } = await route(readiness);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(method === 'HEAD' ? undefined : text);
}
