import { describe, expect, it } from 'vitest';
import type { EventBody } from './cluster.js';
import { createReceiver, envelopeOf, start, task, worker } from './cluster.js';

const good = envelopeOf(task('received', 'good', 2, { name: 'demo.add' }));

function envelopeWith(changes: EventBody): string {
  return JSON.stringify({ ...(JSON.parse(good) as EventBody), ...changes });
}

const without = (body: EventBody, field: string): EventBody => ({ ...body, [field]: undefined });
const started = task('started', 'bad', 1);

/** Name, message, good events in it, malformed ones in it. */
const garbage: readonly (readonly [string, string, number, number])[] = [
  ['a message that is not JSON', 'x', 0, 1],
  ['a body that is not JSON', envelopeWith({ body: Buffer.from('x').toString('base64') }), 0, 1],
  ['a pickle', envelopeWith({ 'content-type': 'application/x-python-serialize' }), 0, 1],
  ['JSON of another content type', envelopeWith({ 'content-type': 'text/html' }), 1, 0],
  ['JSON that is no envelope', '{"type":"task-sent"}', 0, 1],
  ['an envelope that is a list', `[${good}]`, 0, 1],
  ['a body that is not base64', envelopeWith({ body: '!!!' }), 0, 1],
  ['a body of null', envelopeOf(null), 0, 1],
  ['a body that is a number', envelopeOf(3), 0, 1],
  ['no type', envelopeOf(without(started, 'type')), 0, 1],
  ['a bad element in a batch', envelopeOf([started, 5, task('started', 'other', 1)]), 2, 1],
  ['a clock in text', envelopeOf({ ...started, clock: 'x' }), 1, 0],
  ['a timestamp in text', envelopeOf({ ...started, timestamp: 'x' }), 0, 1],
  ['a type that is no string', envelopeOf({ ...started, type: 3 }), 0, 1],
  ['no uuid', envelopeOf(without(started, 'uuid')), 0, 1],
  ['no hostname', envelopeOf(without(started, 'hostname')), 0, 1],
  ['no timestamp', envelopeOf(without(started, 'timestamp')), 0, 1],
  ['a list for a uuid', envelopeOf({ ...started, uuid: [1] }), 0, 1],
  ['a timestamp of 9e12', envelopeOf({ ...started, timestamp: 9e12 }), 0, 1],
  ['a heartbeat with a freq in text', envelopeOf(worker('heartbeat', 1, { freq: 'abc' })), 1, 0],
  ['a null uuid', envelopeOf({ ...started, uuid: null }), 0, 1],
  ['a type without a dash', envelopeOf({ ...started, type: 'started' }), 0, 1],
  ['a heartbeat without a freq', envelopeOf(without(worker('heartbeat', 1), 'freq')), 1, 0],
  ['an unknown task event', envelopeOf(task('foo', 'bad', 1)), 1, 0],
  ['a clock of 1e30', envelopeOf({ ...started, clock: 1e30 }), 1, 0],
  ['unknown fields', envelopeOf({ ...started, __class__: 'os', state: 'HACK' }), 1, 0],
];

describe('EventReceiver', () => {
  it.each(garbage)('outlives %s', (_, message, received, malformed) => {
    const { receiver, state, publish } = createReceiver();

    publish(message);
    publish(good);

    expect(receiver.counters).toEqual({
      received: received + 1,
      malformed,
      dropped: 0,
      lastEventAt: start,
      lastSentAt: expect.any(Number) as number,
    });
    expect(state.task('good')).toMatchObject({ state: 'RECEIVED', name: 'demo.add' });
    expect(state.workers().map(({ status }) => status)).toEqual(['ONLINE']);
  });

  it('outlives all garbage together, again and again', () => {
    const { receiver, state, publish } = createReceiver();

    for (let round = 0; round < 10; round++) for (const [, message] of garbage) publish(message);
    publish(good);

    expect(receiver.counters).toMatchObject({ received: 91, malformed: 190, dropped: 0 });
    expect(state.task('bad')).toMatchObject({ state: 'FOO' });
  });

  it('reads one event of a batch at a time', () => {
    const { receiver, receive } = createReceiver();

    const work = receive(envelopeOf([started, 5, started]));
    const steps: (readonly [number, number])[] = [];
    while (work?.next().done === false)
      steps.push([receiver.counters.received, receiver.counters.malformed]);
    expect(steps).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
    ]);
  });

  it('takes an empty batch for neither an event nor a fault', () => {
    const { receiver, publish } = createReceiver();

    publish(envelopeOf([]));

    expect(receiver.counters).toEqual({
      received: 0,
      malformed: 0,
      dropped: 0,
      lastEventAt: null,
      lastSentAt: null,
    });
  });

  it('copies no field that Celery does not know', () => {
    const { state, publish } = createReceiver();

    publish(envelopeOf({ ...started, __class__: 'os', state: 'HACK', sequence: 99, source: 'x' }));

    expect(state.task('bad')).toMatchObject({ state: 'STARTED', sequence: 1, source: 'EVENTS' });
    expect(state.task('bad')).not.toHaveProperty('__class__');
  });

  it('warns of malformed events at once, and of the number of the others when it is disposed of', () => {
    const { receiver, lines, publish } = createReceiver();
    const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ count }) => count);

    for (let message = 0; message < 100; message++) publish('x');
    expect(warnings()).toEqual([1]);
    expect(lines.filter(({ level }) => level === 'debug')).toHaveLength(100);

    receiver[Symbol.dispose]();
    expect(warnings()).toEqual([1, 99]);
  });

  it('passes good events to listeners after the state has applied them', () => {
    const { receiver, state, publish } = createReceiver();
    const seen: unknown[] = [];
    const stop = receiver.onEvent((event, receivedAt) => {
      seen.push([event.type, receivedAt, state.task('good')?.state]);
    });

    publish(good);
    stop();
    publish(good);

    expect(seen).toEqual([['task-received', start, 'RECEIVED']]);
  });

  it('counts an event that the state fails on as dropped, and goes on', () => {
    const { receiver, state, lines, publish } = createReceiver();
    const apply = state.apply.bind(state);
    state.apply = (event, receivedAt) => {
      if (event.type === 'task-started') throw new Error('no');
      apply(event, receivedAt);
    };

    publish(envelopeOf([started, started]));
    publish(good);

    expect(receiver.counters).toMatchObject({ received: 1, malformed: 0, dropped: 2 });
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('keeps a failing listener from the others', () => {
    const { receiver, lines, publish } = createReceiver();
    const seen: string[] = [];
    receiver.onEvent(() => {
      throw new Error('no');
    });
    receiver.onEvent(({ type }) => void seen.push(type));

    publish(good);
    publish(good);

    expect(seen).toEqual(['task-received', 'task-received']);
    expect(receiver.counters).toMatchObject({ received: 2, dropped: 0 });
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
