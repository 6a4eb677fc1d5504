import { describe, expect, it } from 'vitest';
import { FoundPlaces } from '../../../../src/celery/redaction/found-places.js';
import { Work } from '../../../../src/celery/redaction/work.js';

const text = 'a..b.c...';

function places(from: number, work = new Work(text.length)): FoundPlaces {
  return new FoundPlaces(text.length, from, (at) => text.indexOf('.', at), work);
}

describe('FoundPlaces.next', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 4],
    [5, 6],
    [8, 8],
    [9, -1],
  ])('finds the first place from %i on', (from, place) => {
    expect(places(from).next(from)).toBe(place);
  });

  it('finds the same in any order', () => {
    const found = places(5);
    expect([5, 9, 0, 3, 7, 2, 1, 8].map((from) => found.next(from))).toEqual([6, -1, 1, 4, 7, 2, 1, 8]);
  });

  it('looks at each character once, however often and in whatever order it is asked', () => {
    const work = new Work(text.length);
    const found = places(5, work);
    for (const from of [5, 9, 0, 9, 3, 9, 7, 9, 2, 9]) found.next(from);
    expect(work.looked).toBe(text.length);
  });
});
