import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from '../../../src/cache/due-queue.js';

it('gives out ids in the order of their latest moments, each once', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const act = fc.oneof(
    fc.tuple(fc.constant('set' as const), id, fc.nat(20)),
    fc.tuple(fc.constant('delete' as const), id, fc.nat(0)),
    fc.tuple(fc.constant('take' as const), id, fc.nat(20)),
  );
  let taken = 0;
  fc.assert(
    fc.property(fc.array(act, { size: 'max', maxLength: 200 }), (acts) => {
      const queue = new DueQueue();
      const model = new Map<string, number>();
      for (const [name, key, time] of acts) {
        if (name === 'set') {
          queue.set(key, time);
          model.set(key, time);
        } else if (name === 'delete') {
          queue.delete(key);
          model.delete(key);
        } else {
          const first = Math.min(...model.values());
          expect(queue.next).toBe(first);
          const got = queue.take(time);
          if (first > time) expect(got).toBeUndefined();
          else expect(model.get(got ?? '')).toBe(first);
          if (got !== undefined && model.delete(got)) taken++;
        }
        expect(queue.size).toBe(model.size);
      }
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(1_000);
});
