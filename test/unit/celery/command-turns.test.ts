import { describe, expect, it, vi } from 'vitest';
import { CommandTurns } from '../../../src/celery/command-turns.js';

/** Takes turns and notes who has begun. */
class Turns {
  readonly began: string[] = [];
  readonly #turns = new CommandTurns();

  take(name: string, alone: boolean): () => void {
    const { turn, end } = this.#turns.take(alone);
    if (turn === null) this.began.push(name);
    else void turn.then(() => this.began.push(name));
    return end;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('commands that can break a worker', () => {
  it('wait for the answers to what was sent before, and hold up what comes after', async () => {
    const turns = new Turns();
    const ends = [turns.take('stats', false), turns.take('registered', false)];
    const endReserved = turns.take('reserved', true);
    const endScheduled = turns.take('scheduled', true);
    turns.take('ping', false);
    expect(turns.began).toEqual(['stats', 'registered']);

    ends[0]?.();
    await settled();
    expect(turns.began).toEqual(['stats', 'registered']);
    ends[1]?.();
    await settled();
    expect(turns.began).toEqual(['stats', 'registered', 'reserved']);
    endReserved();
    await settled();
    expect(turns.began).toEqual(['stats', 'registered', 'reserved', 'scheduled']);
    endScheduled();
    await settled();
    expect(turns.began).toEqual(['stats', 'registered', 'reserved', 'scheduled', 'ping']);
  });

  it('wait a second at most, and are waited for no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const turns = new Turns();
      turns.take('stats', false);
      turns.take('reserved', true);
      turns.take('revoke', false);
      await vi.advanceTimersByTimeAsync(999);
      expect(turns.began).toEqual(['stats']);
      await vi.advanceTimersByTimeAsync(1);
      expect(turns.began).toEqual(['stats', 'reserved', 'revoke']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('end a turn once, however often that is said', async () => {
    const turns = new Turns();
    const end = turns.take('reserved', true);
    turns.take('scheduled', true);
    end();
    end();
    turns.take('ping', false);
    await settled();
    expect(turns.began).toEqual(['reserved', 'scheduled']);
  });
});
