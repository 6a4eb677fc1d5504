/** Failures by the place that they come from. */
import { describe, expect, it } from 'vitest';
import { FailedAttempts } from '../../../src/access/failed-attempts.js';

describe('FailedAttempts', () => {
  it('reports how many are left in the window, and how long it lasts', () => {
    const clock = { now: 1_000 };
    const failures = new FailedAttempts({ clock: () => clock.now, max: 2, window: 60_000 });
    expect(failures.left('192.0.2.1')).toBe(2);
    failures.add('192.0.2.1');
    clock.now = 31_500;
    failures.add('192.0.2.1');
    failures.add('192.0.2.1');
    expect([failures.left('192.0.2.1'), failures.retryAfter('192.0.2.1')]).toEqual([0, 30]);
    expect(failures.left('192.0.2.2')).toBe(2);
    clock.now = 61_000;
    expect(failures.left('192.0.2.1')).toBe(2);
  });

  it('locks out the place that has no attempt left, until its window ends', () => {
    const clock = { now: 0 };
    const failures = new FailedAttempts({ clock: () => clock.now, max: 2, window: 60_000 });
    failures.add('192.0.2.1');
    expect(failures.isLockedOut('192.0.2.1')).toBe(false);
    failures.add('192.0.2.1');
    expect(failures.isLockedOut('192.0.2.1')).toBe(true);
    expect(failures.isLockedOut('192.0.2.2')).toBe(false);
    clock.now = 60_000;
    expect(failures.isLockedOut('192.0.2.1')).toBe(false);
  });

  it('counts the addresses of one IPv6 network together', () => {
    const failures = new FailedAttempts({ clock: () => 0, max: 2 });
    failures.add('2001:db8::1');
    failures.add('2001:db8::2');
    expect([failures.left('2001:db8::3'), failures.left('2001:db8:1::3')]).toEqual([0, 2]);
  });

  it('holds no more places than it may, and forgets those that failed longest ago', () => {
    const failures = new FailedAttempts({ clock: () => 0, max: 2, maxPlaces: 2 });
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.3']) failures.add(address);
    expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => failures.left(address))).toEqual([
      ...[0, 2, 1],
    ]);
  });

  it('counts what other replicas have counted, and never less than its own', async () => {
    const clock = { now: 0 };
    const counted: { failures: number; endsIn: number } = { failures: 0, endsIn: 0 };
    const asked: [string, number, number][] = [];
    const shared = {
      count: async (place: string, more: 0 | 1, window: number) => {
        asked.push([place, more, window]);
        return counted;
      },
    };
    const failures = new FailedAttempts({ clock: () => clock.now, max: 4, shared });
    failures.add('2001:db8::1');
    await failures.refresh('2001:db8::1');
    expect(failures.left('2001:db8::1')).toBe(3);
    Object.assign(counted, { failures: 4, endsIn: 20_000 });
    await failures.refresh('2001:db8::1');
    expect([failures.left('2001:db8::1'), failures.retryAfter('2001:db8::1')]).toEqual([0, 60]);
    await failures.refresh('2001:db8::1'); // who has to wait costs the others nothing
    const place = '2001:db8:0:0::/64';
    expect(asked).toEqual([
      [place, 1, 60_000],
      [place, 0, 60_000],
      [place, 0, 60_000],
    ]);
    clock.now = 60_000;
    expect(failures.left('2001:db8::1')).toBe(4);
  });

  it('counts for itself where the others cannot be asked', async () => {
    const shared = { count: async () => null };
    const failures = new FailedAttempts({ clock: () => 0, max: 2, shared });
    failures.add('192.0.2.1');
    await failures.refresh('192.0.2.1');
    failures.add('192.0.2.1');
    expect(failures.left('192.0.2.1')).toBe(0);
  });
});
