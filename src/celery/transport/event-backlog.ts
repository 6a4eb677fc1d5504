/**
 * Holds event messages between the socket and the decoder. A broker does not wait for a slow subscriber (Redis cuts
 * it off at 32 MB, RabbitMQ drops from the queue), so messages are taken as they come and decoded in slices that let
 * the sockets and the queries have their turns. What does not fit is counted, with the time it spans.
 */
import type { RawMessage } from '../message.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../listeners.js';
import type { EventIntake, EventMessageListener, EventLoss } from './transport.js';

/**
 * The longest event message that is kept: a longer one is no event, and only counted. Celery cuts arguments and results
 * to 1,024 characters and sends at most 24 events at once, so a hundredth of this is much; JSON of this size takes
 * some 50 ms, in which nobody is answered.
 */
export const maxEventBytes = 4 * 1024 * 1024;

export interface EventBacklogOptions {
  /** What may wait at most. */
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  readonly onListenerError?: OnListenerError;
}

/** Milliseconds of decoding before others have their turn. */
const slice = 5;
/** More than this within one interval is a burst, and there is more where it came from: 25 MB/s. */
const burst = { interval: 20, bytes: 512 * 1024 };
/** Milliseconds for which a burst may put the decoding off, and then the decoding a burst. */
const longestPause = 500;
/** Milliseconds between two looks at whether the burst is over. */
const pause = 4;
/** Taken messages at the head of the list before it is copied without them. */
const compactAt = 4_096;
/** Of a message beside its bytes: the objects around it. Many empty ones must not be for free. */
const overhead = 256;

/**
 * What has not been taken when the backlog is full is lost, until half of it is free again: one long gap can be
 * marked and filled, a gap at every other event cannot.
 *
 * @example
 * const backlog = new EventBacklog({ maxBytes: 256 * 1024 * 1024 });
 * backlog.deliverTo((message, receivedAt) => decode(message, receivedAt));
 * socket.on('message', (message) => backlog.push(message));
 */
export class EventBacklog implements Disposable {
  readonly #maxBytes: number;
  readonly #lossListeners: Listeners<[EventLoss]>;
  readonly #onListenerError: OnListenerError;
  readonly #clock: () => number;
  #deliver: EventMessageListener = () => undefined;
  #messages: RawMessage[] = [];
  #arrivals: number[] = [];
  #head = 0;
  #bytes = 0;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes that came since the interval began. */
  #fresh = 0;
  #intervalStart = 0;
  /** Whether the interval before was one. */
  #isBurst = false;
  #pauseEnd = -Infinity;
  #lost = { messages: 0, bytes: 0 };
  #loss: { from: number; to: number; messages: number; bytes: number } | null = null;

  constructor(options: EventBacklogOptions) {
    const { maxBytes, clock = Date.now, onListenerError = ignoreListenerErrors } = options;
    this.#lossListeners = new Listeners('lost events', onListenerError);
    this.#onListenerError = onListenerError;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** One listener; what it throws costs it that message only. */
  deliverTo(listener: EventMessageListener): void {
    this.#deliver = listener;
  }

  /** Tells once of each span of time in which messages had to be thrown away, when it is over. */
  onLoss(listener: (loss: EventLoss) => void): () => void {
    return this.#lossListeners.add(listener);
  }

  push(message: RawMessage): void {
    const size = message.size + overhead;
    const now = this.#clock();
    if (this.#loss !== null || this.#bytes + size > this.#maxBytes) {
      this.#lose(message.size, now);
    } else {
      this.#messages.push(message);
      this.#arrivals.push(now);
      this.#bytes += size;
      this.#fresh += size;
    }
    // Also when nothing waits: one that is larger than all the room must not be the end of the stream.
    if (this.#timer === undefined) this.#immediate ??= setImmediate(this.#turn);
  }

  get intake(): EventIntake {
    return {
      waitingMessages: this.#messages.length - this.#head,
      waitingBytes: this.#bytes,
      lostMessages: this.#lost.messages,
      lostBytes: this.#lost.bytes,
    };
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#messages = [];
    this.#arrivals = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  #cancel(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }

  readonly #turn = (): void => {
    this.#cancel();
    if (this.#yieldsToReading()) this.#timer = setTimeout(this.#turn, pause);
    else {
      this.#drain();
      if (this.#head < this.#messages.length) this.#immediate ??= setImmediate(this.#turn);
    }
  };

  /** While a burst lasts, all that counts is to take it in: the less is done beside it, the larger it may be. */
  #yieldsToReading(): boolean {
    const now = performance.now();
    if (now - this.#intervalStart >= burst.interval) {
      this.#isBurst = this.#fresh >= burst.bytes && now - this.#intervalStart < 2 * burst.interval;
      this.#intervalStart = now;
      this.#fresh = 0;
    }
    const isBurst = this.#isBurst || this.#fresh >= burst.bytes;
    if (!isBurst || this.#bytes * 2 >= this.#maxBytes) return false;
    if (now >= this.#pauseEnd + longestPause) this.#pauseEnd = now + longestPause;
    return now < this.#pauseEnd;
  }

  #drain(): void {
    const end = performance.now() + slice;
    do {
      const message = this.#messages[this.#head];
      if (message === undefined) break;
      const receivedAt = this.#arrivals[this.#head] ?? this.#clock();
      this.#head++;
      this.#bytes -= message.size + overhead;
      try {
        this.#deliver(message, receivedAt);
      } catch (error) {
        this.#onListenerError('event messages', error);
      }
    } while (performance.now() < end);
    this.#compact();
    if (this.#loss !== null && this.#bytes * 2 <= this.#maxBytes) this.#endLoss(this.#loss);
  }

  #compact(): void {
    if (this.#head === this.#messages.length) {
      this.#messages = [];
      this.#arrivals = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 >= this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
  }

  #lose(size: number, now: number): void {
    this.#lost.messages++;
    this.#lost.bytes += size;
    this.#loss ??= { from: now, to: now, messages: 0, bytes: 0 };
    this.#loss.to = now;
    this.#loss.messages++;
    this.#loss.bytes += size;
  }

  #endLoss(loss: EventLoss): void {
    this.#loss = null;
    this.#lossListeners.notify(loss);
  }
}
