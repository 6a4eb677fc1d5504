import { describe, expect, it } from 'vitest';
import { RequestTurns } from '../../../src/http/request-turns.js';

/** Requests of so many milliseconds each, by a clock that moves only when one is handled. */
function createTurns() {
  const clock = { now: 0 };
  let calls: (() => void)[] = [];
  const turns = new RequestTurns({
    clock: () => clock.now,
    nextTurn: (run) => void calls.push(run),
  });
  const begun: string[] = [];
  const arrive = (name: string, ms: number): void => {
    void turns.take().then(() => {
      begun.push(name);
      clock.now += ms;
    });
  };
  const settled = async (): Promise<void> => {
    for (let step = 0; step < 5; step++) await Promise.resolve();
  };
  const turn = async (): Promise<void> => {
    const due = calls;
    calls = [];
    for (const call of due) {
      call();
      await settled();
    }
  };
  /** What has begun since the last look. */
  const seen = (): string => begun.splice(0).join(' ');
  return { arrive, settled, turn, seen, pending: () => calls.length };
}

describe('RequestTurns.take', () => {
  it('begins requests at once while the turn has time left', async () => {
    const { arrive, settled, seen } = createTurns();
    for (const name of ['a', 'b', 'c']) {
      arrive(name, 3);
      await settled();
    }
    expect(seen()).toBe('a b c');
  });

  it('lets requests wait for later turns when this one has no time left', async () => {
    const { arrive, settled, turn, seen } = createTurns();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      arrive(name, 5);
      await settled();
    }
    expect(seen()).toBe('a b');
    await turn();
    expect(seen()).toBe('c d');
    await turn();
    expect(seen()).toBe('e');
  });

  it('begins one request in each turn however long each takes', async () => {
    const { arrive, settled, turn, seen } = createTurns();
    for (const name of ['a', 'b', 'c']) {
      arrive(name, 100);
      await settled();
    }
    expect(seen()).toBe('a');
    await turn();
    expect(seen()).toBe('b');
    await turn();
    expect(seen()).toBe('c');
  });

  it('begins those first that came first', async () => {
    const { arrive, settled, turn, seen } = createTurns();
    for (const name of ['a', 'b', 'c']) {
      arrive(name, 8);
      await settled();
    }
    await turn();
    arrive('d', 1);
    await settled();
    expect(seen()).toBe('a b');
    await turn();
    expect(seen()).toBe('c');
    await turn();
    expect(seen()).toBe('d');
  });

  it('asks for no turn when no request is there', async () => {
    const { arrive, settled, turn, pending } = createTurns();
    for (const name of ['a', 'b', 'c']) {
      arrive(name, 8);
      await settled();
    }
    for (let n = 0; n < 4; n++) await turn();
    expect(pending()).toBe(0);
  });
});
