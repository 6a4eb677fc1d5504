/** A stream that is silent may be deaf: only a message that came back shows that it is not. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EventEcho } from '../../../../src/celery/transport/event-echo.js';
import type { EchoFate } from '../../../../src/celery/transport/event-echo.js';

let now: number;
let fate: EchoFate;
let sent: number;
let deaf: string[];
let recovered: number;
let echo: EventEcho;

beforeEach(() => {
  now = 0;
  fate = 'sent';
  sent = 0;
  deaf = [];
  recovered = 0;
  echo = new EventEcho({
    send: async () => {
      sent++;
      return fate;
    },
    onDeaf: (reason) => deaf.push(reason),
    onHeard: () => recovered++,
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
      echo.heard();
    }
    expect(sent).toBe(0);
  });

  it('sends one after four seconds of silence, and the next not before ten more', async () => {
    await pass(4_000);
    echo.heard();
    await pass(9_500);
    expect(sent).toBe(1);
    await pass(500);
    expect([sent, deaf]).toEqual([2, []]);
  });

  it('reports a stream as deaf two seconds after an echo that did not come back', async () => {
    await pass(5_500);
    expect(deaf).toEqual([]);
    await pass(500);
    expect(deaf).toEqual(['a message that the gateway sent to itself as an event did not come back']);
  });

  it('reports at once what reached no queue', async () => {
    fate = 'unroutable';
    await pass(4_000);
    expect(deaf).toEqual(['a message that the gateway sent to itself as an event reached no queue']);
  });

  it('proves nothing by an echo that may not be sent', async () => {
    fate = 'refused';
    await pass(60_000);
    expect(deaf).toEqual([]);
  });

  it('takes any message for a sign that it is not deaf', async () => {
    await pass(4_500);
    echo.heard();
    await pass(3_000);
    expect(deaf).toEqual([]);
  });

  it('gives messages that wait unread while this process stands still the time to be read', async () => {
    await pass(4_000);
    now += 30_000;
    await echo.tick();
    expect(deaf).toEqual([]);
  });

  it('tries less and less often while nothing helps, and says when it does', async () => {
    await pass(120_000);
    expect(deaf.length).toBeLessThan(7);
    echo.heard();
    expect(recovered).toBe(1);
  });
});
