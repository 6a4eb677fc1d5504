/** HEAD is GET without a body (RFC 9110, section 9.3.2): Node leaves the body out by itself. */
import type { Plugin } from 'graphql-yoga';

export function useHead(): Plugin {
  return {
    onRequest({ request, setRequest, fetchAPI }) {
      if (request.method !== 'HEAD') return;
      const headers = new fetchAPI.Headers(request.headers);
      headers.set('accept', 'application/json'); // a stream would have no end, and its body is not wanted
      setRequest(
        new fetchAPI.Request(request.url, {
          method: 'GET',
          headers,
          signal: request.signal,
        }),
      );
    },
  };
}
