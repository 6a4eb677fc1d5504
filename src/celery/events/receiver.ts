/** Feeds the event stream to the state. Counterpart of `celery.events.receiver.EventReceiver`. */
import type { Logger } from '../../log.js';
import type { SlicedWork } from '../../slices.js';
import { ThrottledLog } from '../../throttled-log.js';
import { Listeners } from '../../listeners.js';
import { decodeBody, decodeExactBody } from '../messages/message-body.js';
import type { Message, RawMessage } from '../messages/message.js';
import { toPlainJson } from '../python/python-json.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import type { Transport } from '../transport/transport.js';
import { unreadableDetails, type Unreadable, type UnreadableDetails } from '../messages/unreadable.js';
import { elementsOf, inexactId, parseEvent, type CeleryEvent } from './event.js';
import type { State } from './state.js';

export interface EventCounters {
  /** Good events. */
  readonly received: number;
  /** Messages, and elements of batches, that were skipped. */
  readonly malformed: number;
  /** Valid events that the state failed on: a bug of the gateway. */
  readonly dropped: number;
  /** Epoch milliseconds of the last good event; null before the first. */
  readonly lastEventAt: number | null;
  /**
   * When that one was sent, epoch milliseconds: earlier, where it had to wait for us. By the sender's clock, unless
   * that is ahead of ours.
   */
  readonly lastSentAt: number | null;
}

export interface EventReceiverOptions {
  readonly transport: Pick<Transport, 'subscribeEvents'>;
  readonly state: State;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined;
  readonly redaction?: Redaction | undefined;
  readonly unreadable?: Unreadable | undefined;
}

export type EventListener = (event: CeleryEvent, receivedAt: number) => void;

/**
 * No message makes it throw or stop: what does not
 * follow the protocol is counted, logged at debug, and summed up in a warning once a minute.
 *
 * @example
 * const receiver = new EventReceiver({ transport, state, log });
 * receiver.onEvent((event) => console.log(event.type)); // the state knows of it already
 * receiver.start();
 */
export class EventReceiver implements Disposable {
  readonly #state: State;
  readonly #transport: Pick<Transport, 'subscribeEvents'>;
  readonly #log: Logger;
  readonly #clock: () => number;
  readonly #redaction: Redaction;
  readonly #unreadable: Unreadable | undefined;
  readonly #listeners = new Listeners<Parameters<EventListener>>('events', (_subject, error) =>
    this.#failed('a listener failed on an event', error),
  );
  readonly #malformedLog: ThrottledLog;
  readonly #failureLog: ThrottledLog;
  #received = 0;
  #malformed = 0;
  #dropped = 0;
  #lastEventAt: number | null = null;
  #lastSentAt: number | null = null;

  constructor({ transport, state, log, clock = Date.now, ...options }: EventReceiverOptions) {
    this.#redaction = options.redaction ?? standardRedactor.tasks;
    this.#unreadable = options.unreadable;
    this.#transport = transport;
    this.#state = state;
    this.#log = log;
    this.#clock = clock;
    this.#malformedLog = new ThrottledLog({ log, message: 'skipped malformed events' });
    this.#failureLog = new ThrottledLog({
      log,
      level: 'error',
      message: 'an event could not be processed',
    });
  }

  /** Listens from now on, through reconnects too: the transport has one listener, so call it once. */
  start(): void {
    this.#transport.subscribeEvents((message, receivedAt) =>
      this.#receive(message, receivedAt ?? this.#clock()),
    );
  }

  get counters(): EventCounters {
    return {
      received: this.#received,
      malformed: this.#malformed,
      dropped: this.#dropped,
      lastEventAt: this.#lastEventAt,
      lastSentAt: this.#lastSentAt,
    };
  }

  /** Calls back for every good event after the state has taken it in; returns the function that stops it. */
  onEvent(listener: EventListener): () => void {
    return this.#listeners.add(listener);
  }

  /** One event after the other: a message may bring hundreds. */
  *#receive(message: RawMessage, receivedAt: number): SlicedWork<undefined> {
    let decoded: Message | null = null;
    try {
      decoded = message.read();
      let elements = elementsOf(decodeBody(decoded));
      let isExact = false;
      for (let at = 0; at < elements.length; at++) {
        let event = parseEvent(elements[at], this.#redaction);
        if (event === inexactId && !isExact) {
          elements = elementsOf(toPlainJson(decodeExactBody(decoded)));
          isExact = true;
          event = parseEvent(elements[at], this.#redaction);
        }
        if (typeof event === 'string') this.#skip({ ...senderOf(decoded), reason: event });
        else this.#take(event, receivedAt);
        yield;
      }
    } catch (error) {
      this.#skip({ ...senderOf(decoded), ...unreadableDetails(error) });
    }
  }

  #skip(details: UnreadableDetails): void {
    const { reason } = details;
    this.#malformed++;
    this.#unreadable?.count('event', details);
    this.#log.debug('skipped a malformed event', { reason });
    this.#malformedLog.add('event', { ...details });
  }

  #take(event: CeleryEvent, receivedAt: number): void {
    try {
      this.#state.apply(event, receivedAt);
    } catch (error) {
      this.#dropped++;
      this.#failed('the state failed on an event', error);
      return;
    }
    this.#received++;
    this.#lastEventAt = receivedAt;
    this.#lastSentAt = Math.min(event.timestampMs, receivedAt);
    this.#listeners.notify(event, receivedAt);
  }

  #failed(message: string, error: unknown): void {
    this.#failureLog.add(message, { reason: message, error });
  }

  /** Writes to the log what was only counted until now. */
  [Symbol.dispose](): void {
    this.#malformedLog[Symbol.dispose]();
    this.#failureLog[Symbol.dispose]();
  }
}

/** Workers name themselves in the headers of their events. */
function senderOf(message: Message | null): Pick<UnreadableDetails, 'hostname'> {
  const hostname = message?.headers['hostname'];
  return { hostname: typeof hostname === 'string' ? hostname : null };
}
