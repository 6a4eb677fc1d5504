/**
 * Counts what arrived and could not be read, so that it is never taken for silence: replies of workers, events,
 * messages of queues, and stored results. Health checks, the `gateway` type and `/metrics` show it.
 */
import { MalformedMessageError } from '../../errors.js';
import { isReadType } from './message-body.js';

export const unreadableKinds = ['reply', 'event', 'message', 'result'] as const;
export type UnreadableKind = (typeof unreadableKinds)[number];

export interface UnreadableDetails {
  /** Why it could not be read, without any of its content. */
  readonly reason: string;
  /** Null if unknown: stored results do not name theirs. */
  readonly contentType?: string | null;
  /** Node name of the sender; null if unknown. */
  readonly hostname?: string | null;
}

export interface UnreadableCount {
  /** Since the gateway started. */
  readonly total: number;
  /** Null before the first. */
  readonly lastReason: string | null;
  /** Null before the first, and where the last one did not name it. */
  readonly lastContentType: string | null;
  /** Null before the first, and where the sender of the last one is unknown. */
  readonly lastHostname: string | null;
  /** Epoch milliseconds; null before the first. */
  readonly lastAt: number | null;
}

/** The last occurrence of a content type that is not read, however many odd ones came after it. */
export interface ForeignType {
  readonly contentType: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What is read, and has not the fields or types that it should have. */
export const wrongShape = 'it is not of the documented shape';

/** Texts come from outside: longer ones are cut. */
const maxTextLength = 200;
const none: UnreadableCount = {
  total: 0,
  lastReason: null,
  lastContentType: null,
  lastHostname: null,
  lastAt: null,
};

/**
 * Constant in size: a total and the last occurrence of each kind.
 *
 * @example
 * unreadable.count('reply', { reason: 'pickle is never read', contentType, hostname: 'w1@host' });
 * unreadable.snapshot().reply.total; // 1
 */
export class Unreadable {
  readonly #clock: () => number;
  readonly #counts: Record<UnreadableKind, UnreadableCount> = {
    reply: none,
    event: none,
    message: none,
    result: none,
  };

  readonly #foreign = new Map<UnreadableKind, ForeignType>();

  /** @param clock epoch milliseconds */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  count(kind: UnreadableKind, { reason, contentType, hostname }: UnreadableDetails): void {
    if (contentType && !isReadType(contentType)) {
      const shown = contentType.slice(0, maxTextLength);
      this.#foreign.set(kind, { contentType: shown, at: this.#clock() });
    }
    this.#counts[kind] = {
      total: this.#counts[kind].total + 1,
      lastReason: reason.slice(0, maxTextLength),
      lastContentType: contentType?.slice(0, maxTextLength) ?? null,
      lastHostname: hostname?.slice(0, maxTextLength) ?? null,
      lastAt: this.#clock(),
    };
  }

  /** The last content type of that kind that is not read; null if there was none. */
  foreign(kind: UnreadableKind): ForeignType | null {
    return this.#foreign.get(kind) ?? null;
  }

  snapshot(): Readonly<Record<UnreadableKind, UnreadableCount>> {
    return { ...this.#counts };
  }
}

/** What an error says of a message that could not be read; the text of an unknown error may quote content. */
export function unreadableDetails(error: unknown): Pick<UnreadableDetails, 'reason' | 'contentType'> {
  if (!(error instanceof MalformedMessageError)) return { reason: wrongShape };
  const { message: reason, contentType } = error;
  return contentType === null ? { reason } : { reason, contentType };
}
