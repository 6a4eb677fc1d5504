/**
 * Shows how old an answer is: `extensions.cache` on each operation, over HTTP and WebSocket alike, and `X-Cache`,
 * `X-Cache-Age` and `Cache-Status` on the response. Also where a client asks for a bypass of the whole operation.
 */
import type { Plugin } from 'graphql-yoga';
import { CacheStatus } from '../../cache/cache-status.js';
import type { Context } from '../../graphql/context.js';
import { cacheHeaders } from '../cache-status-header.js';
import type { ServerContext } from '../server-context.js';
import { bypassesCache } from '../use-cache-parameter.js';

function headerWantsFresh(headers: Headers): boolean {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',');
  return directives.some((directive) => directive.trim() === 'no-cache');
}

export function useCacheStatus(): Plugin<Context, ServerContext> {
  return {
    onRequest({ request, url, serverContext }) {
      const status = new CacheStatus();
      const byHeader = headerWantsFresh(request.headers);
      status.bypass = byHeader || bypassesCache(url.searchParams);
      if (byHeader) status.bypassReason = 'request';
      serverContext.responseCacheStatus = status;
    },
    onExecute({ args }) {
      const { cacheStatus } = args.contextValue;
      return {
        onExecuteDone({ result, setResult }) {
          const cache = cacheStatus.summary();
          if (cache === null || Symbol.asyncIterator in result) return;
          cacheStatus.count();
          setResult({ ...result, extensions: { ...result.extensions, cache } });
        },
      };
    },
    onResponse({ response, serverContext }) {
      const status = serverContext.responseCacheStatus;
      const headers = status ? cacheHeaders(status) : {};
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    },
  };
}
