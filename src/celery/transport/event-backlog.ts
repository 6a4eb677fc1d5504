/**
 * Holds event messages between the socket and the decoder. A broker does not wait for a slow subscriber (Redis cuts
 * it off at 32 MB, RabbitMQ drops from the queue), so messages are taken as they come and decoded in slices that let
 * the sockets and the queries have their turns. What does not fit is counted, with the time it spans.
 */
import { BacklogPages, type BacklogPage } from './backlog-pages.js';
import { Fifo } from '../../fifo.js';
import type { SlicedWork } from '../../slices.js';
import type { RawMessage } from '../messages/message.js';
import { ignoreListenerErrors, Listeners, type OnListenerError } from '../../listeners.js';
import type { EventIntake, EventMessageListener, EventLoss } from './transport.js';

/**
 * The longest event message that is kept: a longer one is no event, and only counted. Celery cuts arguments and results
 * to 1,024 characters and sends at most 24 events at once, so a hundredth of this is much; JSON of this size takes
 * some 50 ms, in which no request is answered.
 */
export const maxEventBytes = 4 * 1024 * 1024;

export interface EventBacklogOptions {
  /** What may wait at most. */
  readonly maxBytes: number;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** Milliseconds; must not go back. */
  readonly monotonic?: () => number;
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
/** Bytes that count for each message besides its own: the objects around it. Many empty ones must not be free. */
const overhead = 256;
/** Bytes that wait in the buffers of the socket; what comes on top of them is copied to pages. */
const unpagedBytes = 1024 * 1024;

interface WaitingMessage {
  readonly message: RawMessage;
  /** With the overhead; to ask an AMQP message for its size walks all of its headers. */
  readonly size: number;
  readonly receivedAt: number;
  /** Where its bytes are; null if they are where it came from. */
  readonly page: BacklogPage | null;
}

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
  readonly #monotonic: () => number;
  #deliver: EventMessageListener = () => undefined;
  /** What is left to do for the oldest message; null before it is begun. */
  #work: SlicedWork<undefined> | null = null;
  readonly #waiting = new Fifo<WaitingMessage>(({ size }) => size);
  readonly #pages = new BacklogPages();
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
    this.#monotonic = options.monotonic ?? ((): number => performance.now());
    this.#lossListeners = new Listeners('lost events', onListenerError);
    this.#onListenerError = onListenerError;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /**
   * One listener; what it throws costs it that message only. A message of many events is handled over several turns, and
   * waits until it is done.
   */
  deliverTo(listener: EventMessageListener): void {
    this.#deliver = listener;
  }

  /** Calls back once for each span of time in which messages had to be dropped, when it is over. */
  onLoss(listener: (loss: EventLoss) => void): () => void {
    return this.#lossListeners.add(listener);
  }

  push(message: RawMessage): void {
    const size = message.size + overhead;
    const now = this.#clock();
    if (this.#loss !== null || this.#waiting.bytes + size > this.#maxBytes) {
      this.#lose(size - overhead, now);
    } else {
      this.#waiting.push({ message, size, receivedAt: now, page: this.#pageOf(message) });
      this.#fresh += size;
    }
    // Also when nothing waits: one that is larger than all the room must not be the end of the stream.
    if (this.#timer === undefined) this.#immediate ??= setImmediate(this.#turn);
  }

  get intake(): EventIntake {
    return {
      waitingMessages: this.#waiting.length,
      waitingBytes: this.#waiting.bytes,
      lostMessages: this.#lost.messages,
      lostBytes: this.#lost.bytes,
    };
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#work = null;
    for (let left = this.#waiting.shift(); left !== undefined; left = this.#waiting.shift())
      this.#release(left);
  }

  /** Moves the bytes of a message to a page if much waits already. */
  #pageOf(message: RawMessage): BacklogPage | null {
    if (message.move === undefined || this.#waiting.bytes < unpagedBytes) return null;
    let place: BacklogPage | null = null;
    message.move((bytes) => {
      const { page, copied } = this.#pages.copy(bytes);
      place = page;
      return copied;
    });
    return place;
  }

  #release({ page }: WaitingMessage): void {
    if (page !== null) this.#pages.release(page);
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
      if (this.#waiting.length > 0) this.#immediate ??= setImmediate(this.#turn);
    }
  };

  /** While a burst lasts, all that counts is to take it in: the less is done beside it, the larger it may be. */
  #yieldsToReading(): boolean {
    const now = this.#monotonic();
    if (now - this.#intervalStart >= burst.interval) {
      this.#isBurst = this.#fresh >= burst.bytes && now - this.#intervalStart < 2 * burst.interval;
      this.#intervalStart = now;
      this.#fresh = 0;
    }
    const isBurst = this.#isBurst || this.#fresh >= burst.bytes;
    if (!isBurst || this.#waiting.bytes * 2 >= this.#maxBytes) return false;
    if (now >= this.#pauseEnd + longestPause) this.#pauseEnd = now + longestPause;
    return now < this.#pauseEnd;
  }

  #drain(): void {
    const end = this.#monotonic() + slice;
    do {
      const oldest = this.#waiting.first;
      if (oldest === undefined) break;
      if (!this.#isDone(oldest)) continue;
      this.#work = null;
      this.#waiting.shift();
      this.#release(oldest);
    } while (this.#monotonic() < end);
    if (this.#loss !== null && this.#waiting.bytes * 2 <= this.#maxBytes) this.#endLoss(this.#loss);
  }

  /** Begins the message, or goes on with it to the next place where that can be interrupted. */
  #isDone({ message, receivedAt }: WaitingMessage): boolean {
    try {
      this.#work ??= this.#deliver(message, receivedAt) ?? null;
      return this.#work === null || this.#work.next().done === true;
    } catch (error) {
      this.#onListenerError('event messages', error);
      return true;
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
