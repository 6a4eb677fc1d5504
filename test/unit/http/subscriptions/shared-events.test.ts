import { describe, expect, it } from 'vitest';
import { SharedEvents } from '../../../../src/http/subscriptions/shared-events.js';

function createEvents() {
  const clock = { now: 0 };
  let made = 0;
  const events = new SharedEvents<string>(() => clock.now);
  return {
    clock,
    events,
    made: () => made,
    join: (key = 'question') => events.join(key, () => Promise.resolve(`made ${String(++made)}`)),
  };
}

const event = (id: string, dropped = 0) => ({ id, dropped, value: {} });

describe('SharedEvents', () => {
  it('makes an event once for all subscribers of a question', async () => {
    const { join, made } = createEvents();
    const [one, other] = [join(), join()];
    const items = [await one.read(event('a')), await other.read(event('a'))];
    expect([items, made()]).toEqual([['made 1', 'made 1'], 1]);
    expect(await one.read(event('b'))).toBe('made 2');
  });

  it('makes it for each question', async () => {
    const { join } = createEvents();
    const subscribers = [join('a'), join('a'), join('b'), join('b')];
    const items = await Promise.all(subscribers.map(({ read }) => read(event('a'))));
    expect(items).toEqual(['made 1', 'made 1', 'made 2', 'made 2']);
  });

  it('makes it anew when a moment has passed, since what is beside the event may have changed', async () => {
    const { join, clock } = createEvents();
    const [one, other] = [join(), join()];
    await one.read(event('a'));
    clock.now = 99;
    expect(await other.read(event('a'))).toBe('made 1');
    clock.now = 100;
    expect(await other.read(event('a'))).toBe('made 2');
    clock.now = 199;
    expect(await one.read(event('a'))).toBe('made 2');
  });

  it('makes an event for itself where the subscriber has missed others', async () => {
    const { join } = createEvents();
    const [one, other] = [join(), join()];
    await one.read(event('a'));
    expect(await other.read(event('a', 3))).toBe('made 2');
    expect(await one.read(event('a'))).toBe('made 1');
  });

  it('shares no errors', async () => {
    const { join } = createEvents();
    const [one, other] = [join(), join()];
    const lost = new Error('broker lost');
    expect([await one.read(lost), await other.read(lost)]).toEqual(['made 1', 'made 2']);
  });

  it('keeps the newest 64 events of a question', async () => {
    const { join, made } = createEvents();
    const [one, other] = [join(), join()];
    for (let at = 0; at < 65; at++) await one.read(event(String(at)));
    await other.read(event('1'));
    expect(made()).toBe(65);
    await other.read(event('0'));
    expect(made()).toBe(66);
  });

  it('keeps nothing of a question without subscribers', async () => {
    const { events, join } = createEvents();
    const [one, other] = [join(), join()];
    await one.read(event('a'));
    one.leave();
    one.leave();
    expect(events.size).toBe(1);
    other.leave();
    expect(events.size).toBe(0);
    const [next] = [join(), join()];
    expect(await next.read(event('a'))).toBe('made 2');
  });
});
