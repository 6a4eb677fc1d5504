/** Questions to workers that have just come. Time is vitest's. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerBatches } from '../../../../src/celery/inspect/worker-batches.js';

describe('WorkerBatches', () => {
  let asked: string[][];
  let silent: Set<string>;
  let fail: boolean;
  let batches: WorkerBatches;
  beforeEach(() => {
    vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout'] });
    [asked, silent, fail] = [[], new Set(), false];
    batches = new WorkerBatches(async (hostnames) => {
      asked.push([...hostnames]);
      await Promise.resolve();
      if (fail) throw new Error('the broker is away');
      return hostnames.filter((hostname) => silent.has(hostname));
    });
  });
  afterEach(() => void vi.useRealTimers());

  it('asks together those that come while others are being asked', async () => {
    await Promise.all(['w1', 'w2', 'w3', 'w2'].map((hostname) => batches.add(hostname)));
    expect(asked).toEqual([['w1'], ['w2', 'w3']]);
  });

  it('asks a worker again that was announced before it listened, and then no more', async () => {
    silent.add('w1');
    await batches.add('w1');
    await vi.advanceTimersByTimeAsync(1_999);
    expect(asked).toEqual([['w1']]);

    silent.clear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([['w1'], ['w1']]);
  });

  it('asks a worker that never answers four times, more and more rarely', async () => {
    silent.add('w1');
    await batches.add('w1');
    const counts: number[] = [];
    for (const pause of [2_000, 4_000, 6_000, 600_000]) {
      await vi.advanceTimersByTimeAsync(pause);
      counts.push(asked.length);
    }
    expect(counts).toEqual([2, 3, 4, 4]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks a worker anew that comes anew', async () => {
    silent.add('w1');
    await batches.add('w1');
    await vi.advanceTimersByTimeAsync(60_000);
    silent.clear();
    await batches.add('w1');
    expect(asked).toHaveLength(5);
  });

  it('rejects where the question itself fails, and asks none again on its own account', async () => {
    fail = true;
    await expect(batches.add('w1')).rejects.toThrow('the broker is away');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([['w1']]);
  });

  it('does not reject where a further question fails', async () => {
    silent.add('w1');
    await batches.add('w1');
    fail = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(2);
  });
});
