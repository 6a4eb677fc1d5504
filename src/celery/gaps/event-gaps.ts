/**
 * When events were missed, and what could be learned of it afterwards: the stream has no replay, so
 * readers of counts and rates have to know of it. Celery has no counterpart: its monitors just miss those events.
 */
import { silentLogger, type LogFields, type Logger } from '../../log.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';

/** Why events may be missing. */
export type EventGapCause = 'NOT_CONNECTED_YET' | 'DISCONNECTED' | 'BACKLOG_FULL';

/** Times are epoch milliseconds. */
export interface EventGap {
  /** Since when events may be missing; null for what was before the gateway. */
  readonly from: number | null;
  /** Null while it is open. */
  readonly to: number | null;
  readonly cause: EventGapCause;
  /** The cause in words, with its details. */
  readonly reason: string;
  /** Tasks that the workers, asked afterwards, had and that were not known to be with them. */
  readonly seededTasks: number;
  /** Tasks whose end was found in the result backend, so far. */
  readonly settledTasks: number;
  /** When the workers and the result backend had been asked; null before. */
  readonly filledAt: number | null;
}

export interface EventGapsOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** When the last received event was sent, epoch milliseconds; null before the first. */
  readonly lastEventAt: () => number | null;
  /** Milliseconds for which this process stood still just now: a loss meanwhile was noticed that much later. */
  readonly stalledMs?: () => number;
  readonly log?: Logger;
  readonly onListenerError?: OnListenerError;
}

/** The newest gaps that are kept. */
const maxGaps = 100;
/** A connection that is lost was seen to work this long before at the latest: both transports probe it. */
const longestUnnoticedMs = 10_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class EventGaps {
  readonly #options: EventGapsOptions;
  readonly #log: Logger;
  readonly #listeners: Listeners<[]>;
  #gaps: Mutable<EventGap>[];
  #total = 1;

  constructor(options: EventGapsOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLogger;
    this.#listeners = new Listeners('event gaps', options.onListenerError ?? ignoreListenerErrors);
    this.#gaps = [gap(null, null, 'NOT_CONNECTED_YET', 'the gateway was not connected yet')];
  }

  /** Newest first, a hundred at most. */
  list(): readonly EventGap[] {
    return this.#gaps.map((each) => ({ ...each })).reverse();
  }

  /** How many there were since the start, the one before it included. */
  get total(): number {
    return this.#total;
  }

  get newest(): EventGap | null {
    return this.#gaps.at(-1) ?? null;
  }

  /** Whether one is open, or not filled yet. */
  get isFilling(): boolean {
    return this.#gaps.some(({ filledAt }) => filledAt === null);
  }

  /** Calls back after every change; returns what stops it. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The stream is lost. It may have been for a while before that was noticed. */
  open(reason: string): void {
    if (this.#gaps.at(-1)?.to === null) return;
    const now = this.#options.clock();
    const unnoticed = longestUnnoticedMs + (this.#options.stalledMs?.() ?? 0);
    const from = Math.max(this.#options.lastEventAt() ?? 0, now - unnoticed);
    const opened = gap(Math.min(from, now), null, 'DISCONNECTED', reason);
    this.#gaps.push(opened);
    this.#log.warn('event stream interrupted', describe(opened));
    this.#added();
  }

  /** It is subscribed again. */
  close(): void {
    const last = this.#gaps.at(-1);
    if (last?.to !== null) return;
    last.to = this.#options.clock();
    if (last.from !== null) this.#log.info('event stream resumed', describe(last));
    this.#notify();
  }

  /** A span within a stream that goes on: what arrived then was thrown away, because the backlog was full. */
  add(from: number, to: number, reason: string): void {
    const added = gap(from, to, 'BACKLOG_FULL', reason);
    const last = this.#gaps.at(-1);
    // One that is open goes on to be the newest.
    if (last?.to === null) this.#gaps.splice(-1, 0, added);
    else this.#gaps.push(added);
    this.#added();
  }

  /** Those that are over and not filled. */
  unfilled(): readonly EventGap[] {
    return this.#gaps.filter(({ to, filledAt }) => to !== null && filledAt === null);
  }

  /** Adds what was learned about these gaps; `isFilled` when all sources have been asked. */
  learned(
    gaps: readonly EventGap[],
    { seededTasks = 0, settledTasks = 0, isFilled = false }: Learned,
  ): void {
    for (const each of this.#gaps) {
      if (!gaps.includes(each)) continue;
      each.seededTasks += seededTasks;
      each.settledTasks += settledTasks;
      if (isFilled && each.filledAt === null) this.#fill(each);
    }
    this.#notify();
  }

  #fill(filled: Mutable<EventGap>): void {
    filled.filledAt = this.#options.clock();
    const { seededTasks, settledTasks } = filled;
    const message = filled.from === null ? 'workers and results read' : 'event gap filled';
    this.#log.info(message, { ...describe(filled), seededTasks, settledTasks });
  }

  #added(): void {
    this.#total++;
    this.#gaps = this.#gaps.slice(-maxGaps);
    this.#notify();
  }

  #notify(): void {
    this.#listeners.notify();
  }
}

export interface Learned {
  readonly seededTasks?: number;
  readonly settledTasks?: number;
  readonly isFilled?: boolean;
}

function gap(
  from: number | null,
  to: number | null,
  cause: EventGapCause,
  reason: string,
): Mutable<EventGap> {
  return { from, to, cause, reason, seededTasks: 0, settledTasks: 0, filledAt: null };
}

/** How long it lasted and why; how many events it cost is not known, since nothing has received them. */
function describe({ from, to, reason }: EventGap): LogFields {
  return {
    from: from === null ? null : new Date(from).toISOString(),
    to: to === null ? null : new Date(to).toISOString(),
    seconds: from === null || to === null ? null : (to - from) / 1000,
    reason,
  };
}
