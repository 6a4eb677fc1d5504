import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { RawMessage } from '../../../../src/celery/messages/message.js';
import type { SlicedWork } from '../../../../src/slices.js';
import { EventBacklog } from '../../../../src/celery/transport/event-backlog.js';
import type { EventLoss } from '../../../../src/celery/transport/transport.js';
import { eventually } from '../../../support/eventually.js';

const message = (size: number): RawMessage => ({ size, read: () => expect.fail('unexpected read') });
/** What a message weighs beside its bytes. */
const overhead = 256;

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('the backlog of events', () => {
  it('delivers in order, never within the call that brings a message', async () => {
    const backlog = new EventBacklog({ maxBytes: 10_000 });
    const delivered: RawMessage[] = [];
    backlog.deliverTo((one) => void delivered.push(one));
    const messages = [message(1), message(2), message(3)];

    for (const one of messages) backlog.push(one);
    expect(delivered).toEqual([]);
    await turn();
    expect(delivered).toEqual(messages);
  });

  it('keeps when a message arrived, however late it is delivered', async () => {
    const clock = { now: 1_000 };
    const backlog = new EventBacklog({ maxBytes: 10_000, clock: () => clock.now });
    const arrivals: (number | undefined)[] = [];
    backlog.deliverTo((_, receivedAt) => void arrivals.push(receivedAt));

    backlog.push(message(1));
    clock.now = 5_000;
    backlog.push(message(1));
    clock.now = 9_000;
    await turn();
    expect(arrivals).toEqual([1_000, 5_000]);
  });

  it('moves what waits behind a megabyte out of the buffers that it came in, until it is delivered', async () => {
    const backlog = new EventBacklog({ maxBytes: 10_000_000 });
    const delivered: string[] = [];
    backlog.deliverTo((one) => void delivered.push(one.read().body.toString().slice(0, 3)));
    const copies: Buffer[] = [];
    const waiting = (bytes: Buffer): RawMessage => {
      let body = bytes;
      return {
        size: bytes.length,
        read: () => ({
          contentType: 'application/json',
          contentEncoding: 'utf-8',
          headers: {},
          body,
          priority: null,
        }),
        move: (copy) => {
          body = copy(bytes);
          copies.push(body);
        },
      };
    };
    backlog.push(waiting(Buffer.alloc(1_100_000, 'a')));
    expect(copies).toEqual([]);

    const chunk = Buffer.alloc(100_000, 'b');
    backlog.push(waiting(chunk));
    chunk.fill('c');
    await eventually(() => expect(delivered).toEqual(['aaa', 'bbb']));
    expect(copies.map(({ length }) => length)).toEqual([0]);
  });

  it('lets others have their turn while much waits', async () => {
    const backlog = new EventBacklog({ maxBytes: 100_000 });
    let delivered = 0;
    backlog.deliverTo(() => {
      spin(1);
      delivered++;
    });
    for (let i = 0; i < 50; i++) backlog.push(message(1));

    await turn();
    expect(delivered).toBeGreaterThan(0);
    expect(delivered).toBeLessThan(20);
    await eventually(() => expect(delivered).toBe(50));
  });

  it('handles a message of many events over several turns, then the next one', async () => {
    const elapsed = { now: 0 };
    const backlog = new EventBacklog({ maxBytes: 10_000, monotonic: () => elapsed.now });
    const handled: string[] = [];
    function* handle(name: number, events: number): SlicedWork<undefined> {
      for (let event = 1; event <= events; event++) {
        elapsed.now++;
        handled.push(`${name}.${event}`);
        yield;
      }
    }
    backlog.deliverTo(({ size }) => handle(size, size === 1 ? 12 : 1));

    backlog.push(message(1));
    backlog.push(message(2));
    const perTurn: string[] = [];
    while (backlog.intake.waitingMessages > 0) {
      await turn();
      perTurn.push(handled.splice(0).join(' '));
    }
    expect(perTurn).toEqual(['1.1 1.2 1.3 1.4 1.5', '1.6 1.7 1.8 1.9 1.10', '1.11 1.12 2.1']);
  });

  it('counts a message as waiting until all of its events are handled', async () => {
    const elapsed = { now: 0 };
    const backlog = new EventBacklog({ maxBytes: 10_000, monotonic: () => elapsed.now });
    backlog.deliverTo(function* () {
      elapsed.now += 5;
      yield undefined;
      elapsed.now += 5;
      yield undefined;
      return undefined;
    });
    backlog.push(message(44));

    await turn();
    expect(backlog.intake).toMatchObject({ waitingMessages: 1, waitingBytes: 300 });
    await turn();
    expect(backlog.intake).toMatchObject({ waitingMessages: 1, waitingBytes: 300 });
    await turn();
    expect(backlog.intake).toMatchObject({ waitingMessages: 0, waitingBytes: 0 });
  });

  it('goes on with the next message when the work of one fails midway', async () => {
    const backlog = new EventBacklog({ maxBytes: 10_000 });
    const handled: number[] = [];
    backlog.deliverTo(function* ({ size }) {
      yield undefined;
      if (size === 1) throw new Error('a bug');
      handled.push(size);
      return undefined;
    });
    backlog.push(message(1));
    backlog.push(message(2));
    await vi.waitFor(() => expect(handled).toEqual([2]));
  });

  it('goes on with the next message when the listener fails on one', async () => {
    const backlog = new EventBacklog({ maxBytes: 10_000 });
    const sizes: number[] = [];
    backlog.deliverTo(({ size }) => {
      if (size === 1) throw new Error('a bug');
      sizes.push(size);
    });
    backlog.push(message(1));
    backlog.push(message(2));
    await vi.waitFor(() => expect(sizes).toEqual([2])); // in slices, of which a busy machine needs more
  });

  it('loses what does not fit until half of it is free, and reports how much and when', async () => {
    const clock = { now: 1_000 };
    const losses: EventLoss[] = [];
    const backlog = new EventBacklog({
      maxBytes: 4 * (744 + overhead),
      clock: () => clock.now,
    });
    backlog.onLoss((loss) => void losses.push(loss));
    const sizes: number[] = [];
    backlog.deliverTo(({ size }) => {
      spin(6); // one message a turn
      sizes.push(size);
    });

    for (let i = 0; i < 5; i++) backlog.push(message(744));
    expect(backlog.intake).toEqual({
      waitingMessages: 4,
      waitingBytes: 4_000,
      lostMessages: 1,
      lostBytes: 744,
    });
    await turn();
    clock.now = 1_500;
    backlog.push(message(44)); // there is room for it, but the gap is kept whole
    await turn();
    expect(losses).toEqual([{ from: 1_000, to: 1_500, messages: 2, bytes: 788 }]);
    backlog.push(message(44));
    await eventually(() => expect(sizes).toEqual([744, 744, 744, 744, 44]));
    expect(backlog.intake).toEqual({
      waitingMessages: 0,
      waitingBytes: 0,
      lostMessages: 2,
      lostBytes: 788,
    });
  });

  it('goes on after a message that is larger than all the room there is', async () => {
    const losses: EventLoss[] = [];
    const backlog = new EventBacklog({ maxBytes: 1_000, clock: () => 1_000 });
    backlog.onLoss((loss) => void losses.push(loss));
    const sizes: number[] = [];
    backlog.deliverTo(({ size }) => void sizes.push(size));

    backlog.push(message(2_000));
    await turn();
    expect(losses).toEqual([{ from: 1_000, to: 1_000, messages: 1, bytes: 2_000 }]);
    backlog.push(message(1));
    await turn();
    expect(sizes).toEqual([1]);
  });

  it('delivers nothing after it was disposed of', async () => {
    const backlog = new EventBacklog({ maxBytes: 10_000 });
    backlog.deliverTo(() => expect.fail('it is closed'));
    backlog.push(message(1));
    backlog[Symbol.dispose]();
    await turn();
    expect(backlog.intake.waitingMessages).toBe(0);
  });
});
