/** A stream without events may be broken: only a message that came back shows that it works. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EventEcho } from '../../../../src/celery/transport/event-echo.js';
import type { EchoFate } from '../../../../src/celery/transport/event-echo.js';

let now: number;
let fate: EchoFate;
let sent: number;
let lost: string[];
let recovered: number;
let echo: EventEcho;

beforeEach(() => {
  now = 0;
  fate = 'sent';
  sent = 0;
  lost = [];
  recovered = 0;
  echo = new EventEcho({
    send: async () => {
      sent++;
      return fate;
    },
    onLost: (reason) => lost.push(reason),
    onRecovered: () => recovered++,
    silence: 4_000,
    pause: 10_000,
    now: () => now,
  });
});

async function pass(milliseconds: number): Promise<void> {
  for (const end = now + milliseconds; now < end;) {
    now += 500;
    await echo.tick();
  }
}

describe('EventEcho', () => {
  it('sends nothing while events come', async () => {
    for (let second = 0; second < 60; second += 2) {
      await pass(2_000);
      echo.received();
    }
    expect(sent).toBe(0);
  });

  it('sends one after four seconds of silence, and the next not before ten more', async () => {
    await pass(4_000);
    echo.received();
    await pass(9_500);
    expect(sent).toBe(1);
    await pass(500);
    expect([sent, lost]).toEqual([2, []]);
  });

  it('reports a stream as lost two seconds after an echo that did not come back', async () => {
    await pass(5_500);
    expect(lost).toEqual([]);
    await pass(500);
    expect(lost).toEqual(['a message that the gateway sent to itself as an event did not come back']);
  });

  it('reports at once what reached no queue', async () => {
    fate = 'unroutable';
    await pass(4_000);
    expect(lost).toEqual(['a message that the gateway sent to itself as an event reached no queue']);
  });

  it('proves nothing by an echo that may not be sent', async () => {
    fate = 'refused';
    await pass(60_000);
    expect(lost).toEqual([]);
  });

  it('takes any message for a sign that it is not lost', async () => {
    await pass(4_500);
    echo.received();
    await pass(3_000);
    expect(lost).toEqual([]);
  });

  it('gives messages that wait unread while this process stands still the time to be read', async () => {
    await pass(4_000);
    now += 30_000;
    await echo.tick();
    expect(lost).toEqual([]);
  });

  it('tries less and less often while nothing helps, and says when it does', async () => {
    await pass(120_000);
    expect(lost.length).toBeLessThan(7);
    echo.received();
    expect(recovered).toBe(1);
  });
});
