import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../src/fifo.js';

describe('Fifo', () => {
  it('returns what came first, and knows the size of what waits', () => {
    const fifo = new Fifo<string>((text) => text.length);
    fifo.push('a');
    fifo.push('bcd');

    expect([fifo.length, fifo.bytes, fifo.first]).toEqual([2, 4, 'a']);
    expect([fifo.shift(), fifo.length, fifo.bytes, fifo.first]).toEqual(['a', 1, 3, 'bcd']);
    expect([fifo.shift(), fifo.shift(), fifo.length, fifo.bytes]).toEqual(['bcd', undefined, 0, 0]);
  });

  it('is empty after clear', () => {
    const fifo = new Fifo<string>((text) => text.length);
    fifo.push('a');
    fifo.clear();

    expect([fifo.length, fifo.bytes, fifo.first, fifo.shift()]).toEqual([0, 0, undefined, undefined]);
  });

  it('does what an array does, however much comes and goes', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 2_000 }) }),
      fc.record({ shift: fc.integer({ min: 1, max: 2_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const fifo = new Fifo<string>((text) => text.length);
        let array: string[] = [];
        let next = 0;
        for (const some of steps) {
          if ('push' in some) {
            for (let count = some.push; count > 0; count--) {
              fifo.push(String(next));
              array.push(String(next++));
            }
          } else {
            const taken = Array.from({ length: some.shift }, () => fifo.shift());
            expect(taken.filter((text) => text !== undefined)).toEqual(array.slice(0, some.shift));
            array = array.slice(some.shift);
          }
          expect([fifo.length, fifo.bytes, fifo.first]).toEqual([
            array.length,
            array.join('').length,
            array[0],
          ]);
        }
      }),
      { numRuns: 50 },
    );
  });
});
