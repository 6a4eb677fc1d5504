import { describe, expect, it } from 'vitest';
import { EventHistory } from '../../../src/cluster/event-history.js';
import type { HistoryItem } from '../../../src/cluster/event-history.js';
import { ignoreListenerErrors } from '../../../src/listeners.js';

interface Item {
  readonly name: string;
}

function createHistory({ maxItems = 3, maxBytes = Infinity } = {}) {
  const memory = { maxBytes };
  const history = new EventHistory<Item>({
    maxItems,
    maxBytes: () => memory.maxBytes,
    sizeOf: () => 10,
    onListenerError: ignoreListenerErrors,
  });
  const push = (...names: string[]): void => {
    for (const name of names) history.push({ name });
  };
  return { history, push, memory };
}

const namesOf = (items: readonly HistoryItem<Item>[] | null) =>
  items?.map((item) => (item instanceof Error ? item.message : item.value.name)) ?? null;

describe('EventHistory.since', () => {
  it('has what came after an event, and nothing after the last', () => {
    const { history, push } = createHistory();
    push('a');
    const { lastId } = history;
    push('b', 'c');
    expect(namesOf(history.since(lastId))).toEqual(['b', 'c']);
    expect(namesOf(history.since(history.lastId))).toEqual([]);
  });

  it('has everything after the beginning', () => {
    const { history, push } = createHistory();
    const { lastId } = history;
    expect(history.since(lastId)).toEqual([]);
    push('a');
    expect(namesOf(history.since(lastId))).toEqual(['a']);
  });

  it('has interruptions where they happened', () => {
    const { history, push } = createHistory();
    const { lastId } = history;
    push('a');
    history.push(new Error('broker lost'));
    push('b');
    expect(namesOf(history.since(lastId))).toEqual(['a', 'broker lost', 'b']);
  });

  it('is null once one of the events since then has left', () => {
    const { history, push } = createHistory({ maxItems: 2 });
    const { lastId } = history;
    push('a', 'b');
    expect(namesOf(history.since(lastId))).toEqual(['a', 'b']);
    push('c');
    expect(history.since(lastId)).toBeNull();
  });

  it('is null for events that do not fit in memory, also when it becomes less', () => {
    const { history, push, memory } = createHistory({ maxBytes: 20 });
    const { lastId } = history;
    push('a');
    const afterA = history.lastId;
    push('b', 'c');
    expect(history.since(lastId)).toBeNull();
    expect(namesOf(history.since(afterA))).toEqual(['b', 'c']);
    memory.maxBytes = 10;
    history.trim();
    expect(history.since(afterA)).toBeNull();
  });

  it.each(['', '.', '1', 'other.1', '.1', 'NaN'])('is null for %j, which is no id of an event', (id) => {
    const { history, push } = createHistory();
    push('a', 'b');
    expect(history.since(id)).toBeNull();
  });

  it.each(['2', '-1', '1.0', '01', '1e0', '0x1', ' 1', '1 ', 'NaN', 'Infinity'])(
    'is null for the number %j, which no event has',
    (number) => {
      const { history, push } = createHistory();
      push('a');
      expect(history.since(`${history.name}.${number}`)).toBeNull();
    },
  );
});

describe('EventHistory.listen', () => {
  it('calls back with what is pushed, under the id that continues after it', () => {
    const { history, push } = createHistory();
    const seen: unknown[] = [];
    const stop = history.listen((item) => seen.push(item));
    push('a');
    expect(seen).toEqual([{ id: history.lastId, value: { name: 'a' } }]);
    stop();
    push('b');
    expect(seen).toHaveLength(1);
  });
});
