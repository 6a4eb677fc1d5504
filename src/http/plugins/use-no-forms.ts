/**
 * Refuses operations sent as a form: any web page may post one here from its reader's browser, without asking first
 * (a "simple request" of the Fetch standard). Yoga reads forms, has no switch for it, and takes any path that ends as its
 * own for its own. REST routes take no body.
 */
import type { Plugin } from 'graphql-yoga';
import { restPrefix } from '../routes/rest-path.js';

const form = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

export function useNoForms(): Plugin {
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (url.pathname.startsWith(restPrefix) || !form.test(request.headers.get('content-type') ?? ''))
        return;
      const error = { message: 'Send application/json', extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } };
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      endResponse(new fetchAPI.Response(JSON.stringify({ errors: [error] }), { status: 415, headers }));
    },
  };
}
