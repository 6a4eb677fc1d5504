/** A JSON document that is the same as long as the process runs, revalidated by its ETag. */
import { createHash } from 'node:crypto';
import type { FetchAPI } from 'graphql-yoga';
import { namesTag } from '../conditional/entity-tag.js';

export class StaticJson {
  readonly #text: string;
  readonly #tag: string;

  constructor(value: unknown) {
    this.#text = JSON.stringify(value);
    this.#tag = `"${createHash('sha256').update(this.#text).digest('base64url')}"`;
  }

  answer({ Response }: FetchAPI, headers: Headers): Response {
    const validators = { etag: this.#tag, 'cache-control': 'private, no-cache' };
    if (namesTag(headers.get('if-none-match') ?? '', this.#tag))
      return new Response(null, { status: 304, headers: validators });
    return new Response(this.#text, {
      headers: { ...validators, 'content-type': 'application/json; charset=utf-8' },
    });
  }
}
