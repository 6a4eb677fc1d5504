/** The event loop is shared among the subscriptions and everything else. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DeliveryTurns } from '../../../../src/http/connections/delivery-turns.js';

/** How many of so many items were delivered in each turn of the event loop, each of which takes so long. */
async function deliver(items: number, milliseconds: number): Promise<number[]> {
  const clock = { now: 0 };
  const turns = new DeliveryTurns(() => clock.now);
  let delivered = 0;
  const all = Array.from({ length: items }, async () => {
    await turns.take();
    clock.now += milliseconds;
    delivered++;
  });
  const perTurn: number[] = [];
  for (let before = 0; delivered < items; before = delivered) {
    await nextTurn();
    if (delivered > before) perTurn.push(delivered - before);
  }
  await Promise.all(all);
  return perTurn;
}

describe('DeliveryTurns.take', () => {
  it('grants no more of a turn than four milliseconds, and what was begun', async () => {
    const perTurn = await deliver(1_000, 1);

    expect(Math.max(...perTurn)).toBe(4);
    expect(perTurn.length).toBe(250);
  });

  it('grants one step at least, however long its items take', async () => {
    expect(await deliver(20, 1_000)).toEqual([4, 4, 4, 4, 4]);
  });

  it('grants 64 items that take no time', async () => {
    const perTurn = await deliver(1_000, 0);

    expect(Math.max(...perTurn)).toBe(64);
  });

  it('serves what has waited longest', async () => {
    const turns = new DeliveryTurns(() => 0);
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await turns.take();
        served.push(index);
      }),
    );

    expect(served).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });
});
