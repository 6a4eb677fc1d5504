import { describe, expect, it } from 'vitest';
import { atOnce, Slices } from '../../src/slices.js';
import type { SlicedWork } from '../../src/slices.js';

/** Slices of 4 ms by a clock that moves only when work is done, and turns that come when they are called for. */
function createSlices() {
  const clock = { now: 0 };
  const turns: (() => void)[] = [];
  const slices = new Slices({
    clock: () => clock.now,
    sliceMs: 4,
    nextTurn: (run) => void turns.push(run),
  });
  const log: string[] = [];
  /** Work of so many steps of one millisecond each. */
  function* work(name: string, steps: number): SlicedWork<string> {
    for (let step = 1; step <= steps; step++) {
      clock.now++;
      log.push(`${name}${step}`);
      yield;
    }
    return name;
  }
  const turn = (): number => {
    turns.shift()?.();
    return turns.length;
  };
  /** What was done since the last look. */
  const done = (): string => log.splice(0).join(' ');
  return { slices, work, turn, done, turns };
}

describe('Slices.run', () => {
  it('ends short work in the turn in which it was begun', async () => {
    const { slices, work, done } = createSlices();
    const result = slices.run(work('a', 2));
    expect(done()).toBe('a1 a2');
    expect(await result).toBe('a');
  });

  it('does four milliseconds of long work in a turn', async () => {
    const { slices, work, turn, done } = createSlices();
    const result = slices.run(work('a', 10));
    expect(done()).toBe('a1 a2 a3 a4');
    turn();
    expect(done()).toBe('a5 a6 a7 a8');
    turn();
    expect(done()).toBe('a9 a10');
    expect(await result).toBe('a');
  });

  it('gives all work together no more of a turn than one alone', () => {
    const { slices, work, turn, done } = createSlices();
    for (const name of ['a', 'b', 'c']) void slices.run(work(name, 6));
    expect(done()).toBe('a1 a2 a3 a4');
    turn();
    expect(done()).toBe('b1 b2 b3 b4');
    turn();
    expect(done()).toBe('c1 c2 c3 c4');
    turn();
    expect(done()).toBe('a5 a6 b5 b6');
  });

  it('counts short work that came before in the same turn', () => {
    const { slices, work, done } = createSlices();
    for (const name of ['a', 'b', 'c']) void slices.run(work(name, 2));
    expect(done()).toBe('a1 a2 b1 b2');
  });

  it('does not let short work wait for the end of long work', () => {
    const { slices, work, turn, done } = createSlices();
    void slices.run(work('long', 100));
    void slices.run(work('short', 1));
    done();
    turn();
    expect(done()).toBe('short1 long5 long6 long7');
  });

  it('asks for no turn when nothing is left', () => {
    const { slices, work, turn, turns } = createSlices();
    void slices.run(work('a', 5));
    turn();
    expect(turn()).toBe(0);
    expect(turns).toEqual([]);
  });

  it('rejects with what the work throws, and goes on with other work', async () => {
    const { slices, work, turn, done } = createSlices();
    function* broken(): SlicedWork<never> {
      yield;
      throw new Error('broken');
    }
    void slices.run(work('a', 5));
    const failure = slices.run(broken()).catch((error: unknown) => error);
    turn();
    expect(await failure).toEqual(new Error('broken'));
    expect(done()).toBe('a1 a2 a3 a4 a5');
  });
});

describe('Slices.reserve', () => {
  it('resolves at once in a turn that has time left, and takes that from it', async () => {
    const { slices, work, done } = createSlices();
    await slices.reserve(3);
    void slices.run(work('a', 5));
    expect(done()).toBe('a1');
  });

  it('waits for its turn behind others', async () => {
    const { slices, turn } = createSlices();
    const log: number[] = [];
    for (let n = 0; n < 4; n++) void slices.reserve(2).then(() => log.push(n));
    await Promise.resolve();
    expect(log).toEqual([0, 1]);
    turn();
    await Promise.resolve();
    expect(log).toEqual([0, 1, 2, 3]);
  });
});

describe('Slices.spend', () => {
  it('takes time of a turn as long as there is some', () => {
    const { slices, turn } = createSlices();
    expect([slices.spend(3), slices.spend(3), slices.spend(3)]).toEqual([true, true, false]);
    turn();
    expect(slices.spend(3)).toBe(true);
  });
});

it('atOnce does all of it', () => {
  const { work, done } = createSlices();
  expect(atOnce(work('a', 5))).toBe('a');
  expect(done()).toBe('a1 a2 a3 a4 a5');
});
