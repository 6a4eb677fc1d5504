/** Reads a request's body whole, and no more of it than is allowed. */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './error-response.js';

/** The answer to a body for which `readBody` returns null. */
export function bodyTooLarge(limit: number): Refusal {
  return { code: 'LIMIT_EXCEEDED', message: `The body is larger than ${limit} bytes`, status: 413 };
}

/**
 * A body that has been read whole. It is no string: Yoga's listener lists the keys of a body that was read before, and
 * each character of a string is one.
 */
export class ReadBody implements AsyncIterable<Buffer> {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    yield this.bytes;
  }
}

/**
 * Null when the body is larger than `limit`; the rest of it is not read.
 * @throws Error when the client leaves before it has sent the body
 */
export function readBody(request: IncomingMessage, limit: number): Promise<ReadBody | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(null);
  // By events: an async iterator of a stream costs more than all the rest of it.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (): void => {
      request.off('data', add).off('end', finish).off('error', fail).off('close', leave);
    };
    const add = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      end();
      request.pause();
      resolve(null);
    };
    const finish = (): void => {
      end();
      const [only = Buffer.alloc(0)] = chunks;
      resolve(new ReadBody(chunks.length < 2 ? only : Buffer.concat(chunks)));
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const leave = (): void => fail(new Error('The client disconnected before it had sent the body'));
    if (request.destroyed) return leave();
    request.on('data', add).on('end', finish).on('error', fail).on('close', leave);
  });
}
