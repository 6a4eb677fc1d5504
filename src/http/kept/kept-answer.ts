/**
 * An answer that was made of fresh cache entries alone. It is given again for as long as each of those very entries is
 * there and fresh: what it says is the same then, and only ages and times are new.
 */
import { isAscii } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { acceptsGzip, minGzipBytes } from '../gzip/accepts-gzip.js';
import { GzipFrame } from '../gzip/gzip-frame.js';
import type { Caller } from '../../graphql/context.js';
import type { RepeatableHit } from '../../cache/repeatable-hit.js';

/** A header and its value. */
export type Header = readonly [name: string, value: string];

/** One read of the answer, as `extensions.cache` shows it. */
export interface KeptRead {
  readonly hit: RepeatableHit;
  /** The JSON of the entry before its age, and after its TTL. */
  readonly before: string;
  readonly after: string;
}

/** What the reads of an answer say now, in milliseconds. */
export interface ReadTimes {
  /** Of the oldest. */
  readonly age: number;
  readonly leastTtl: number;
}

export interface KeptAnswerParts {
  /** Whether the caller may have one more operation answered now. */
  readonly mayTake: (caller: Caller) => boolean;
  /** Counts the operation as one of the caller's, and as ended. */
  readonly count: (caller: Caller, seconds: number) => void;
  readonly reads: readonly KeptRead[];
  /** Counts the operation in each cache that it read. */
  readonly countRequest: () => void;
  /** Headers that are the same each time. */
  readonly headers: readonly Header[];
  /** Those of a body, which an answer without one does not have; its length is added. */
  readonly bodyHeaders: readonly Header[];
  /**
   * Adds the names and values of the headers that depend on the times.
   * @returns whether the client has the answer already, by the validators of its request
   */
  readonly addTimed: (headers: string[], times: ReadTimes, request: IncomingMessage) => boolean;
  /** Writes what comes before the body and says when it is given; null where nothing does. Each character is a byte. */
  readonly opening: (() => string) | null;
  /** The body before the times, or all of it. */
  readonly body: Buffer;
  /** Whether the times of the reads follow. */
  readonly showsTimes: boolean;
}

/** Bytes that an answer takes beside its body, roughly. */
const overhead = 2_000;
/** Of the bytes of a body, those of its form in gzip included, which takes less than half of them. */
const withGzip = 1.5;
/** Bytes up to which a body is written as one text with its headers: more are not worth to be copied each time. */
const smallBody = 4_096;

export class KeptAnswer {
  readonly #parts: KeptAnswerParts;
  readonly #headers: readonly string[];
  readonly #bodyHeaders: readonly string[];
  readonly #clock: () => number;
  /** The body, if it is small and each of its characters is a byte; else null. */
  readonly #text: string | null;
  readonly bytes: number;
  /** The body in gzip; null until a client has accepted that. */
  #gzip: GzipFrame | null = null;

  constructor(parts: KeptAnswerParts) {
    this.#parts = parts;
    this.#headers = parts.headers.flat();
    this.#bodyHeaders = parts.bodyHeaders.flat();
    const [first] = parts.reads;
    if (first === undefined) throw new RangeError('An answer that read no cache is not kept');
    this.#clock = first.hit.clock;
    const { body } = parts;
    this.#text = body.length <= smallBody && isAscii(body) ? body.toString('latin1') : null;
    this.bytes = Math.ceil(parts.body.length * withGzip) + overhead;
  }

  /** Whether the caller has not asked too often; takes nothing. */
  isFor(caller: Caller): boolean {
    return this.#parts.mayTake(caller);
  }

  /** Whether it would be the same answer now. */
  get isFresh(): boolean {
    const now = this.#clock();
    return this.#parts.reads.every(({ hit }) => hit.isFresh(now));
  }

  /**
   * Sends it and counts all that an execution would count; to be called where it is fresh and for the caller, in the same
   * moment.
   * @param startedAt by `performance.now()`
   * @returns the status of the response
   */
  give(response: ServerResponse, caller: Caller, startedAt: number): number {
    const { reads, count, countRequest, addTimed, body, showsTimes } = this.#parts;
    const now = this.#clock();
    let oldest = 0;
    let leastTtl = Infinity;
    let entries = '';
    for (const { hit, before, after } of reads) {
      hit.count();
      const age = now - hit.at;
      const ttl = hit.ttl - age;
      oldest = Math.max(oldest, age);
      leastTtl = Math.min(leastTtl, ttl);
      if (showsTimes)
        entries += `${entries === '' ? '' : ','}${before}${toSeconds(age)},"ttl":${toSeconds(ttl)}${after}`;
    }
    countRequest();
    count(caller, (performance.now() - startedAt) / 1_000);
    const headers = this.#headers.slice();
    if (addTimed(headers, { age: oldest, leastTtl }, response.req)) {
      response.writeHead(304, headers).end();
      return 304;
    }
    const opening = this.#parts.opening?.() ?? '';
    const times = showsTimes ? `${toSeconds(oldest)},"entries":[${entries}]}}}` : '';
    const length = opening.length + body.length + times.length;
    headers.push(...this.#bodyHeaders);
    const isPacked = length >= minGzipBytes && acceptsGzip(response.req.headers['accept-encoding']);
    const packed = isPacked ? this.#packed(opening, times) : null;
    if (packed !== null) {
      headers.push('content-encoding', 'gzip', 'content-length', String(packed.length));
      response.writeHead(200, headers).end(packed);
      return 200;
    }
    headers.push('content-length', String(length));
    response.writeHead(200, headers);
    if (this.#text !== null) response.end(opening + this.#text + times, 'latin1');
    else if (opening + times === '') response.end(body);
    else {
      if (opening !== '') response.write(opening, 'latin1');
      response.write(body);
      response.end(times, 'latin1'); // names and numbers: its bytes are its characters
    }
    return 200;
  }

  /** In gzip; null where that cannot be made now. */
  #packed(opening: string, times: string): Buffer | null {
    this.#gzip ??= new GzipFrame(this.#parts.body);
    return this.#gzip.around(Buffer.from(opening, 'latin1'), Buffer.from(times, 'latin1'));
  }
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000 + 0; // no -0
}
