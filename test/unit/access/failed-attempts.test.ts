/** Failures by the place that they come from. */
import { describe, expect, it } from 'vitest';
import { FailedAttempts } from '../../../src/access/failed-attempts.js';

describe('FailedAttempts', () => {
  it('tells how many are left in the window, and how long it lasts', () => {
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
});
