import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventHistories } from '../../../src/cluster/event-histories.js';
import type { OpenedStream } from '../../../src/cluster/event-histories.js';
import type { HistoryItem } from '../../../src/cluster/event-history.js';
import { ignoreListenerErrors } from '../../../src/listeners.js';

interface Filter {
  readonly retries?: number;
  readonly name?: string;
}

interface Item {
  readonly name: string;
  readonly bytes: number;
}

/** Milliseconds that a history waits for its subscribers. */
const lingering = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createHistories() {
  const listeners = new Map<(item: Item) => void, Filter>();
  const histories = new EventHistories<Filter, Item>(
    {
      sizeOf: ({ bytes }) => bytes,
      listen: (filter, push) => {
        listeners.set(push, filter);
        return () => void listeners.delete(push);
      },
    },
    ignoreListenerErrors,
  );
  return {
    histories,
    /** How many the feed has to test each event for. */
    listening: () => listeners.size,
    publish: (name: string, bytes = 10) => {
      for (const [push, filter] of listeners)
        if (filter.name === undefined || filter.name === name) push({ name, bytes });
    },
    open: (filter: Filter, after: string | null = null) => {
      const seen: string[] = [];
      const stream = histories.open({ filter, after }, (item) => seen.push(nameOf(item)));
      return { ...stream, seen };
    },
  };
}

const nameOf = (item: HistoryItem<Item>): string =>
  item instanceof Error ? item.message : item.value.name;
const missedBy = ({ missed }: OpenedStream<Item>) => missed?.map(nameOf) ?? null;

describe('EventHistories.open', () => {
  it('begins with the next event', () => {
    const { open, publish } = createHistories();
    const first = open({});
    publish('a');
    const second = open({});
    expect(missedBy(second)).toEqual([]);
    publish('b');
    expect([first.seen, second.seen]).toEqual([['a', 'b'], ['b']]);
  });

  it('continues after an event, also when every subscriber had left', () => {
    const { open, publish } = createHistories();
    const before = open({});
    publish('a');
    const { startId, close } = open({});
    before.close();
    close();
    publish('b');
    const resumed = open({}, startId);
    expect([missedBy(resumed), resumed.startId]).toEqual([['b'], startId]);
    publish('c');
    expect(resumed.seen).toEqual(['c']);
  });

  it('continues after interruptions that happened meanwhile', () => {
    const { histories, open, publish } = createHistories();
    const { startId, close } = open({});
    close();
    histories.interrupt(new Error('broker lost'));
    publish('a');
    expect(missedBy(open({}, startId))).toEqual(['broker lost', 'a']);
  });

  it('shares one history among equal filters, however they are written', () => {
    const { open, listening } = createHistories();
    open({ name: 'a', retries: 1 });
    open({ retries: 1, name: 'a' });
    expect(listening()).toBe(1);
    open({ retries: 2, name: 'a' });
    expect(listening()).toBe(2);
  });

  it('loses the events of another filter', () => {
    const { open, publish } = createHistories();
    const { startId } = open({ name: 'a' });
    publish('a');
    const other = open({ name: 'b' }, startId);
    expect(missedBy(other)).toBeNull();
    expect(other.startId).not.toBe(startId);
  });

  it.each(['', 'garbage', 'a.b', '.', `${'x'.repeat(10_000)}.1`])('loses the events after %j', (id) => {
    const { open } = createHistories();
    open({});
    expect(missedBy(open({}, id))).toBeNull();
  });
});

describe('a history without subscribers', () => {
  it('is kept for a minute', () => {
    const { histories, open, listening } = createHistories();
    const { startId, close } = open({});
    close();
    vi.advanceTimersByTime(lingering - 1);
    expect([histories.size, listening()]).toEqual([1, 1]);
    vi.advanceTimersByTime(1);
    expect([histories.size, listening()]).toEqual([0, 0]);
    expect(missedBy(open({}, startId))).toBeNull();
  });

  it('is kept as long as it has subscribers again', () => {
    const { histories, open } = createHistories();
    const { startId, close } = open({});
    close();
    vi.advanceTimersByTime(lingering - 1);
    const resumed = open({}, startId);
    vi.advanceTimersByTime(lingering * 2);
    expect(histories.size).toBe(1);
    resumed.close();
    vi.advanceTimersByTime(lingering);
    expect(histories.size).toBe(0);
  });

  it('leaves when there are too many, the one that waits longest first', () => {
    const { histories, open, listening } = createHistories();
    const streams = Array.from({ length: 33 }, (_, index) => open({ retries: index }));
    for (const { close } of streams) close();
    expect([histories.size, listening()]).toEqual([32, 32]);
    expect(missedBy(open({ retries: 0 }, streams[0]?.startId))).toBeNull();
    expect(missedBy(open({ retries: 1 }, streams[1]?.startId))).toEqual([]);
  });
});

describe('the memory of histories', () => {
  it('is one for all of them', () => {
    const { open, publish } = createHistories();
    const half = 8 * 1024 * 1024;
    const { startId } = open({});
    publish('a', half);
    publish('b', half);
    expect(missedBy(open({}, startId))).toEqual(['a', 'b']);
    open({ name: 'c' });
    expect(missedBy(open({}, startId))).toBeNull();
  });

  it('holds no more than 1,000 events of a filter', () => {
    const { open, publish } = createHistories();
    const { startId } = open({});
    for (let count = 0; count < 1_000; count++) publish('a', 0);
    expect(missedBy(open({}, startId))).toHaveLength(1_000);
    publish('a', 0);
    expect(missedBy(open({}, startId))).toBeNull();
  });
});

it('stops listening when it is disposed, also when a subscriber leaves after that', () => {
  const { histories, open, listening } = createHistories();
  const { close } = open({});
  histories[Symbol.dispose]();
  close();
  expect([histories.size, listening(), vi.getTimerCount()]).toEqual([0, 0, 0]);
});
