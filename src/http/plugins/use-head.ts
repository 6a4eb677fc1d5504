/** HEAD is GET without a body (RFC 9110, section 9.3.2): Node leaves the body out by itself. */
import type { Plugin } from 'graphql-yoga';

export function useHead(): Plugin {
  return {
    onRequest({ request, setRequest, fetchAPI }) {
      if (request.method !== 'HEAD') return;
      setRequest(
        new fetchAPI.Request(request.url, {
          method: 'GET',
          headers: request.headers,
          signal: request.signal,
        }),
      );
    },
  };
}
