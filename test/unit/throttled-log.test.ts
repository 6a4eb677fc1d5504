import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../src/log.js';
import { ThrottledLog } from '../../src/throttled-log.js';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function throttledLog(maxKinds = 100) {
  const lines: unknown[] = [];
  const log = createLogger('info', (line) => {
    const entry = JSON.parse(line) as Record<string, unknown>;
    delete entry['time'];
    lines.push(entry);
  });
  return { throttled: new ThrottledLog({ log, message: 'refused', maxKinds }), lines };
}

const refused = { level: 'warn', message: 'refused' };

describe('ThrottledLog', () => {
  it('writes the first of a kind at once', () => {
    const { throttled, lines } = throttledLog();
    throttled.add('ada', { name: 'ada' });
    throttled.add('bob', { name: 'bob' });
    expect(lines).toEqual([
      { ...refused, name: 'ada', count: 1 },
      { ...refused, name: 'bob', count: 1 },
    ]);
  });

  it('writes the number of the others when the interval ends, with the newest fields', () => {
    const { throttled, lines } = throttledLog();
    throttled.add('ada', { name: 'ada', port: 1 });
    vi.advanceTimersByTime(1_000);
    throttled.add('ada', { name: 'ada', port: 2 });
    throttled.add('ada', { name: 'ada', port: 3 });
    vi.advanceTimersByTime(58_999);
    expect(lines).toHaveLength(1);

    vi.advanceTimersByTime(1);
    expect(lines.slice(1)).toEqual([
      { ...refused, name: 'ada', port: 3, count: 2, since: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it('writes one line an interval for as long as it goes on, and at once after a silent interval', () => {
    const { throttled, lines } = throttledLog();
    for (let second = 0; second < 180; second++) {
      throttled.add('ada', { name: 'ada' });
      vi.advanceTimersByTime(1_000);
    }
    expect(lines).toMatchObject([{ count: 1 }, { count: 59 }, { count: 60 }, { count: 60 }]);

    vi.advanceTimersByTime(120_000);
    throttled.add('ada', { name: 'ada' });
    expect(lines.slice(4)).toEqual([{ ...refused, name: 'ada', count: 1 }]);
  });

  it('writes what it has counted when it is disposed of, once', () => {
    const { throttled, lines } = throttledLog();
    for (let times = 0; times < 25; times++) throttled.add('ada', { name: 'ada' });
    throttled[Symbol.dispose]();
    throttled[Symbol.dispose]();
    vi.advanceTimersByTime(120_000);
    expect(lines).toMatchObject([{ count: 1 }, { count: 24 }]);
  });

  it('writes one line for all kinds beyond its bound, and loses none of their number', () => {
    const { throttled, lines } = throttledLog(2);
    for (let n = 0; n < 1_000; n++) throttled.add(`user${n}`, { name: `user${n}` });
    throttled[Symbol.dispose]();
    expect(lines).toMatchObject([
      { name: 'user0', count: 1 },
      { name: 'user1', count: 1 },
      { name: 'user2', count: 1, severalKinds: true },
      { name: 'user999', count: 997, severalKinds: true },
    ]);
  });
});
