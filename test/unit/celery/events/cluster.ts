/** Events and envelopes as Celery writes them, for the tests of this folder. */
import { parseEvents, type CeleryEvent } from '../../../../src/celery/events/event.js';
import { EventReceiver } from '../../../../src/celery/events/receiver.js';
import { State } from '../../../../src/celery/events/state.js';
import type { StateOptions } from '../../../../src/celery/events/state-options.js';
import {
  decodeEnvelope,
  encodeEnvelope,
  type RawMessage,
} from '../../../../src/celery/messages/message.js';
import type { EventMessageListener } from '../../../../src/celery/transport/transport.js';
import { createLogger } from '../../../../src/log.js';
import { atOnce } from '../../../../src/slices.js';

/** Epoch milliseconds of second 0 of every test. */
export const start = 1_795_000_000_000;

export type EventBody = Readonly<Record<string, unknown>>;

/** @param at seconds after `start` */
export function eventBody(type: string, at: number, fields: EventBody = {}): EventBody {
  const timestamp = start / 1000 + at;
  return { type, hostname: 'w1@host', pid: 7, clock: 5, utcoffset: 5, timestamp, ...fields };
}

/** @param verb of the event type: `task('received', 'a', 1)` is a task-received of task `a` after one second */
export function task(verb: string, uuid: string, at: number, fields: EventBody = {}): EventBody {
  return eventBody(`task-${verb}`, at, { uuid, ...fields });
}

export function worker(verb: string, at: number, fields: EventBody = {}): EventBody {
  return eventBody(`worker-${verb}`, at, { freq: 2, ...fields });
}

export function parse(body: unknown): CeleryEvent {
  const { events, malformed } = parseEvents(body);
  const [event] = events;
  if (event === undefined) throw new Error(`malformed: ${malformed.join()}`);
  return event;
}

/** A state with a clock of its own, which is set to each event's time. */
export function createState(options: StateOptions = {}) {
  const clock = { now: start };
  const state = new State({ ...options, clock: () => clock.now });
  const apply = (...bodies: readonly EventBody[]): void => {
    for (const event of bodies.map(parse)) {
      clock.now = event.timestampMs;
      state.apply(event, clock.now);
    }
  };
  /** Moves the clock, in seconds after `start`, and lets silence be noticed. */
  const wait = (seconds: number): void => {
    clock.now = start + seconds * 1000;
    state.lookForSilence();
  };
  return { state, apply, wait, clock };
}

export function rawMessage(text: string): RawMessage {
  return { size: text.length, read: () => decodeEnvelope(text) };
}

export function envelopeOf(body: unknown): string {
  return encodeEnvelope({
    exchange: 'celeryev',
    routingKey: 'task.multi',
    body,
    headers: { hostname: 'w1@host' },
    deliveryMode: 1,
  });
}

/** A receiver whose transport is the `publish` that comes with it. */
export function createReceiver() {
  const lines: EventBody[] = [];
  const { state, clock } = createState();
  let listener: EventMessageListener = () => undefined;
  const receiver = new EventReceiver({
    transport: { subscribeEvents: (subscriber) => void (listener = subscriber) },
    state,
    log: createLogger('debug', (line) => void lines.push(JSON.parse(line) as EventBody)),
    clock: () => clock.now,
  });
  receiver.start();
  /** The work of a message, as the transport gets it. */
  const receive = (text: string) => listener(rawMessage(text));
  const publish = (text: string): void => {
    const work = receive(text);
    if (work !== undefined) atOnce(work);
  };
  return { receiver, state, clock, lines, receive, publish };
}
