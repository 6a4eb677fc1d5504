import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandTurns, type CommandKind } from '../../../../src/celery/pidbox/command-turns.js';

/** Takes turns and notes which have begun. */
class Turns {
  readonly began: string[] = [];
  readonly #turns = new CommandTurns();

  take(name: string, kind: CommandKind): () => void {
    const { turn, end } = this.#turns.take(kind);
    if (turn === null) this.began.push(name);
    else void turn.then(() => this.began.push(name));
    return end;
  }
}

let turns: Turns;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  turns = new Turns();
});
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('a command that can break a worker', () => {
  it('waits for the answers to what was sent before, and is sent alone', async () => {
    const ends = [turns.take('stats', 'READ'), turns.take('revoke', 'CONTROL')];
    const endReserved = turns.take('reserved', 'BREAKING');
    const endScheduled = turns.take('scheduled', 'BREAKING');
    ends[0]?.();
    await pass(0);
    expect(turns.began).toEqual(['stats', 'revoke']);
    ends[1]?.();
    await pass(0);
    expect(turns.began).toEqual(['stats', 'revoke', 'reserved']);
    turns.take('ping', 'READ');
    await pass(0);
    expect(turns.began).toEqual(['stats', 'revoke', 'reserved']);
    endReserved();
    await pass(0);
    expect(turns.began).toEqual(['stats', 'revoke', 'reserved', 'ping']);
    endScheduled();
  });

  it('leaves no timer behind when its turn has ended', () => {
    const end = turns.take('reserved', 'BREAKING');
    expect(vi.getTimerCount()).toBe(1);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is passed by others while it waits', () => {
    turns.take('stats', 'READ');
    turns.take('reserved', 'BREAKING');
    turns.take('ping', 'READ');
    turns.take('revoke', 'CONTROL');
    expect(turns.began).toEqual(['stats', 'ping', 'revoke']);
  });

  it('is sent after a second, however many others keep coming', async () => {
    turns.take('stats', 'READ');
    turns.take('reserved', 'BREAKING');
    let end = turns.take('ping 0', 'READ');
    for (let n = 1; n < 5; n++) {
      await pass(100);
      const last = end;
      end = turns.take(`ping ${n}`, 'READ');
      last();
    }
    expect(turns.began).toEqual(['stats', 'ping 0', 'ping 1', 'ping 2', 'ping 3', 'ping 4']);

    await pass(100);
    end();
    turns.take('late', 'READ');
    await pass(499);
    expect(turns.began.at(-1)).toBe('ping 4');
    await pass(1);
    expect(turns.began.at(-1)).toBe('reserved');
  });

  it('is sent as soon as what it waits for is answered, once others pass it no more', async () => {
    const end = turns.take('stats', 'READ');
    turns.take('reserved', 'BREAKING');
    await pass(500);
    turns.take('ping', 'READ');
    turns.take('revoke', 'CONTROL')();
    expect(turns.began).toEqual(['stats', 'revoke']);
    end();
    await pass(0);
    expect(turns.began).toEqual(['stats', 'revoke', 'reserved']);
  });

  it('lets those that wait pass before the next of its kind', async () => {
    const end = turns.take('reserved', 'BREAKING');
    turns.take('scheduled', 'BREAKING');
    turns.take('ping', 'READ');
    turns.take('active', 'READ');
    end();
    await pass(0);
    expect(turns.began).toEqual(['reserved', 'ping', 'active']);
  });

  it('holds up nothing for more than a second without an answer', async () => {
    const end = turns.take('reserved', 'BREAKING');
    turns.take('scheduled', 'BREAKING');
    turns.take('ping', 'READ');
    await pass(999);
    expect(turns.began).toEqual(['reserved']);
    await pass(1);
    expect(turns.began).toEqual(['reserved', 'ping']);
    end(); // late, and no end of another turn
    await pass(999);
    expect(turns.began).toEqual(['reserved', 'ping']);
    await pass(1);
    expect(turns.began).toEqual(['reserved', 'ping', 'scheduled']);
  });

  it('ends once, however often that is reported', async () => {
    const end = turns.take('reserved', 'BREAKING');
    turns.take('scheduled', 'BREAKING');
    end();
    end();
    turns.take('ping', 'READ');
    await pass(0);
    expect(turns.began).toEqual(['reserved', 'scheduled']);
  });
});

describe('a control', () => {
  it('waits neither for questions nor for commands that wait', async () => {
    turns.take('stats', 'READ');
    turns.take('reserved', 'BREAKING');
    turns.take('scheduled', 'BREAKING');
    await pass(900);
    turns.take('revoke', 'CONTROL');
    expect(turns.began).toEqual(['stats', 'revoke']);
  });

  it('is sent a tenth of a second after a command that can break a worker, at the latest', async () => {
    turns.take('reserved', 'BREAKING');
    turns.take('revoke', 'CONTROL');
    await pass(99);
    expect(turns.began).toEqual(['reserved']);
    await pass(1);
    expect(turns.began).toEqual(['reserved', 'revoke']);
  });

  it('is sent at once when that command is answered', async () => {
    const end = turns.take('reserved', 'BREAKING');
    turns.take('ping', 'READ');
    turns.take('revoke', 'CONTROL');
    end();
    await pass(0);
    expect(turns.began).toEqual(['reserved', 'revoke', 'ping']);
  });
});
