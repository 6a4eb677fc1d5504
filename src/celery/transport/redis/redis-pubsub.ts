/**
 * Reads the published messages of a subscribed connection as fast as the socket brings them: no command matching, no
 * text, only the ends of the frames (RESP2). All other frames go on to the client library, which made the connection
 * and subscribed.
 */
import type { Socket } from 'node:net';
import { EnvelopeBytes, OversizedMessage } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';

export interface PubSubOptions {
  /** A longer message is skipped as it comes in, and handed on as one that cannot be read. */
  readonly maxMessageBytes: number;
  readonly onMessage: (message: RawMessage) => void;
  /** The body of our messages to ourselves, which only `onEcho` receives. */
  readonly echo?: Buffer;
  readonly onEcho?: () => void;
  /** Called when the other side does not speak RESP2; nothing is read any more. */
  readonly onError: (error: Error) => void;
}

const [array, bulk, simple, failure, integer] = Buffer.from('*$+-:');
const [carriageReturn, minus, zero = 0] = Buffer.from('\r-0');
const publication = Buffer.from('*4\r\n$8\r\npmessage\r\n');
/** Maximum bytes of a frame's first line; the longest legal one is an error's text. */
const maxLineBytes = 64 * 1024;
/** Milliseconds. */
const page = 500;
/** An array within an array, and so on: the answers on such a connection are flat. */
const maxDepth = 8;

/**
 * Stands between a socket and those that listened to it until now. Call it before PSUBSCRIBE.
 *
 * @example
 * await new PubSubReader(options).attach(client.stream);
 * await client.psubscribe('events/*');
 */
export class PubSubReader {
  readonly #options: PubSubOptions;
  #others: (frame: Buffer) => void = () => undefined;
  #chunks: Buffer[] = [];
  #held = 0;
  /** There is no complete frame before this many bytes are held. */
  #needed = 1;
  /** Bytes of an oversized message that are still to come. */
  #skipping = 0;
  #broken = false;
  #received = 0;
  /** A page of about half a second: its end, the bytes received before it, and those of the page before. */
  #page = { end: 0, start: 0, before: 0 };
  /** The number in the line that was read last. */
  #number = 0;

  constructor(options: PubSubOptions) {
    this.#options = options;
  }

  /** Bytes since it was made. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that came in about the last second. */
  get lately(): number {
    this.#turnPage();
    return this.#page.before + this.#received - this.#page.start;
  }

  attach(socket: Pick<Socket, 'listeners' | 'removeAllListeners' | 'on'>): void {
    const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
    this.#others = (frame) => {
      for (const listener of listeners) listener.call(socket, frame);
    };
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => this.write(chunk));
  }

  write(chunk: Buffer): void {
    this.#turnPage();
    this.#received += chunk.length;
    if (this.#broken) return;
    const rest = this.#skip(chunk);
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#held += rest.length;
    if (this.#held < this.#needed) return;
    const bytes = this.#chunks.length === 1 ? rest : Buffer.concat(this.#chunks, this.#held);
    try {
      this.#keep(bytes, this.#readFrames(bytes));
    } catch (error) {
      this.#broken = true;
      this.#chunks = [];
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #turnPage(): void {
    const now = performance.now();
    const { end, start } = this.#page;
    if (now < end) return;
    const before = now < end + page ? this.#received - start : 0;
    this.#page = { end: now + page, start: this.#received, before };
  }

  #skip(chunk: Buffer): Buffer {
    if (this.#skipping === 0) return chunk;
    const skipped = Math.min(this.#skipping, chunk.length);
    this.#skipping -= skipped;
    return chunk.subarray(skipped);
  }

  #keep(bytes: Buffer, from: number): void {
    const rest = from < bytes.length ? bytes.subarray(from) : null;
    this.#chunks = rest === null ? [] : [rest];
    this.#held = rest?.length ?? 0;
    this.#needed = Math.max(this.#needed - from, 1);
  }

  /** Hands on what is complete; returns where the rest begins, and sets `#needed` to where it may end. */
  #readFrames(bytes: Buffer): number {
    let start = 0;
    while (start < bytes.length) {
      this.#needed = start + 1;
      const end = startsWith(bytes, start, publication)
        ? this.#readPublication(bytes, start)
        : this.#readOther(bytes, start);
      if (end === null) return start;
      start = end;
    }
    this.#needed = start;
    return start;
  }

  #readPublication(bytes: Buffer, start: number): number | null {
    const { maxMessageBytes, onMessage, echo, onEcho } = this.#options;
    const pattern = this.#endOfBulk(bytes, start + publication.length);
    const channel = pattern === null ? null : this.#endOfBulk(bytes, pattern);
    const body = channel === null ? null : this.#endOfLine(bytes, channel);
    if (body === null) return null;
    const length = this.#number;
    const end = body + length + 2;
    if (length > maxMessageBytes) {
      onMessage(new OversizedMessage(length, maxMessageBytes));
      this.#skipping = Math.max(0, end - bytes.length);
      return Math.min(end, bytes.length);
    }
    if (this.#within(bytes, end) === null) return null;
    const message = bytes.subarray(body, end - 2);
    if (echo?.length === length && echo.equals(message)) onEcho?.();
    else onMessage(new EnvelopeBytes(message));
    return end;
  }

  #readOther(bytes: Buffer, start: number): number | null {
    // A frame that may become a publication is not read before that is clear.
    if (bytes.length - start < publication.length && startsWith(bytes, start, publication, true))
      return this.#within(bytes, bytes.length + 1);
    const end = this.#endOf(bytes, start, 0);
    if (end !== null) this.#others(bytes.subarray(start, end));
    return end;
  }

  #endOf(bytes: Buffer, start: number, depth: number): number | null {
    if (depth > maxDepth) throw new Error('Redis sent an answer that is nested too deeply');
    switch (bytes[start]) {
      case undefined:
        return this.#within(bytes, start + 1);
      case bulk:
        return this.#endOfBulk(bytes, start);
      case simple:
      case failure:
      case integer:
        return this.#endOfLine(bytes, start);
      case array: {
        let end = this.#endOfLine(bytes, start);
        for (let left = this.#number; left > 0 && end !== null; left--)
          end = this.#endOf(bytes, end, depth + 1);
        return end;
      }
      default:
        throw new Error('Redis sent data that is not RESP2');
    }
  }

  #endOfBulk(bytes: Buffer, start: number): number | null {
    if (start < bytes.length && bytes[start] !== bulk)
      throw new Error('Redis sent data that is not RESP2');
    const body = this.#endOfLine(bytes, start);
    if (body === null || this.#number < 0) return body;
    return this.#within(bytes, body + this.#number + 2);
  }

  /** Leaves the number that the line holds, if it holds one, in `#number`. */
  #endOfLine(bytes: Buffer, start: number): number | null {
    let number = 0;
    let sign = 1;
    let at = start + 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === carriageReturn) break;
      if (byte === minus) sign = -1;
      else number = number * 10 + byte - zero;
      if (at - start > maxLineBytes) throw new Error('Redis sent a line without an end');
    }
    this.#number = sign * number;
    return this.#within(bytes, at + 2);
  }

  #within(bytes: Buffer, end: number): number | null {
    if (end <= bytes.length) return end;
    this.#needed = end;
    return null;
  }
}

/** @param soFar whether the bytes that are there will do, though more are to come */
function startsWith(bytes: Buffer, start: number, wanted: Buffer, soFar = false): boolean {
  const length = soFar ? Math.min(wanted.length, bytes.length - start) : wanted.length;
  if (start + length > bytes.length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}
