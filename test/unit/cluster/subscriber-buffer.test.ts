import { expect, it } from 'vitest';
import type { RecordedEvent } from '../../../src/cluster/event-history.js';
import { SubscriberBuffer } from '../../../src/cluster/subscriber-buffer.js';

interface Item {
  readonly name: string;
  readonly bytes: number;
}

function event(name: string, bytes = 10): RecordedEvent<Item> {
  return { id: `run.${name}`, value: { name, bytes } };
}

function createBuffer(maxItems: number, maxBytes = Infinity) {
  const calls: string[] = [];
  const buffer = new SubscriberBuffer<Item>({
    startId: 'run.0',
    maxItems,
    maxBytes,
    sizeOf: ({ bytes }) => bytes,
    onDelivered: () => void calls.push('delivered'),
    onDropped: () => void calls.push('dropped'),
    onEnd: () => void calls.push('ended'),
  });
  const push = (...names: string[]): void => {
    for (const name of names) buffer.push(event(name));
  };
  const next = async (): Promise<unknown> => {
    const { value } = await buffer.next();
    if (value === undefined || value instanceof Error) return value;
    return [value.value.name, value.dropped];
  };
  return { buffer, push, next, calls };
}

it('delivers in order what waits, and what comes while it is waited for', async () => {
  const { push, next } = createBuffer(3);
  push('a', 'b');
  expect([await next(), await next()]).toEqual([
    ['a', 0],
    ['b', 0],
  ]);
  const later = next();
  push('c');
  expect(await later).toEqual(['c', 0]);
});

it('drops the oldest when it is full, and says how many with the next, once', async () => {
  const { push, next } = createBuffer(2);
  push('a', 'b', 'c', 'd', 'e');
  expect([await next(), await next()]).toEqual([
    ['d', 3],
    ['e', 0],
  ]);
});

it('is bounded in bytes too, though one item alone may be larger', async () => {
  const { buffer, next } = createBuffer(100, 25);
  for (const name of ['a', 'b', 'c']) buffer.push(event(name));
  expect(buffer.size).toBe(2);
  buffer.push(event('large', 1_000));
  expect(buffer.size).toBe(1);
  expect(await next()).toEqual(['large', 3]);
});

it('delivers and drops all that there was, at any pace of its reader', async () => {
  const { push, next } = createBuffer(7);
  let delivered = 0;
  let dropped = 0;
  for (let round = 0; round < 1_000; round++) {
    push(...Array.from({ length: round % 13 }, () => 'x'));
    for (let reads = 0; reads < round % 5; reads++) {
      push('y');
      const [, missed] = (await next()) as [string, number];
      delivered++;
      dropped += missed;
    }
  }
  push('last');
  for (let last: unknown; last !== 'last'; delivered++) {
    const [name, missed] = (await next()) as [string, number];
    last = name;
    dropped += missed;
  }
  // 76 whole cycles of 13 rounds (78 each), 12 rounds more (66), one for each of 2,000 reads, and the last.
  expect(delivered + dropped).toBe(76 * 78 + 66 + 2_000 + 1);
});

it('delivers an interruption in its place, and counts it neither as delivered nor as dropped', async () => {
  const { buffer, push, next, calls } = createBuffer(2);
  const lost = new Error('lost');
  push('a');
  buffer.push(lost);
  expect([await next(), await next()]).toEqual([['a', 0], lost]);

  buffer.push(lost);
  push('b', 'c', 'd');
  expect([await next(), await next()]).toEqual([
    ['c', 1],
    ['d', 0],
  ]);
  expect(calls).toEqual(['delivered', 'dropped', 'delivered', 'delivered']);
});

it('ends at once and once, for a reader that waits, and takes nothing afterwards', async () => {
  const { buffer, push, next, calls } = createBuffer(2);
  const waiting = next();
  await buffer.return();
  buffer.end();
  push('a');
  expect([await waiting, await next(), buffer.size]).toEqual([undefined, undefined, 0]);
  expect(calls).toEqual(['ended']);
});

it('is an iterator: a result is done once the buffer has ended, and not before', async () => {
  const { buffer, push } = createBuffer(2);
  const taken = { done: false, value: { id: 'run.a', value: { name: 'a', bytes: 10 }, dropped: 0 } };
  push('a');
  expect(await buffer.next()).toEqual(taken);
  const waiting = buffer.next();
  push('a');
  expect(await waiting).toEqual(taken);

  const last = buffer.next();
  const ended = { done: true, value: undefined };
  expect(await buffer.return()).toEqual(ended);
  expect(await last).toEqual(ended);
  expect(await buffer.next()).toEqual(ended);
});

it('takes items of exactly as many bytes as it may', async () => {
  const { push, buffer, next } = createBuffer(100, 20);
  push('a', 'b');
  expect(buffer.size).toBe(2);
  push('c');
  expect(await next()).toEqual(['b', 1]);
});

it('is read in a loop that ends with it', async () => {
  const { push, buffer } = createBuffer(2);
  const names: string[] = [];
  push('a', 'b');
  for await (const delivery of buffer) {
    if (!(delivery instanceof Error)) names.push(delivery.value.name);
    if (names.length === 2) buffer.end();
  }
  expect(names).toEqual(['a', 'b']);
});
