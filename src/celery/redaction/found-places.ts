/**
 * The places of one thing in a text: a piece, or what closes a string. Those that look for secrets look ahead, find none
 * and go back, so the places are needed in any order; each part of the text is searched once for all of them.
 */
import type { Work } from './work.js';

/** The first place at this one or behind it; -1 when there is none. */
export type Search = (from: number) => number;

export class FoundPlaces {
  readonly #length: number;
  readonly #search: Search;
  readonly #work: Work;
  /** All places between `#from` and `#to`, in the order of the text. */
  #places: number[] = [];
  #from: number;
  #to: number;

  /** @param from where the first search begins: most texts have nothing before that is needed */
  constructor(length: number, from: number, search: Search, work: Work) {
    this.#length = length;
    this.#search = search;
    this.#work = work;
    this.#from = from;
    this.#to = from;
  }

  /** The first place at this one or behind it; -1 when there is none. */
  next(from: number): number {
    if (from < this.#from) this.#searchBefore();
    const known = this.#places[this.#indexOf(from)];
    if (known !== undefined) return known;
    while (this.#to < this.#length) {
      const found = this.#searchOn(this.#to);
      if (found === -1) break;
      this.#places.push(found);
      if (found >= from) return found;
    }
    return -1;
  }

  /** Once, from the beginning of the text. */
  #searchBefore(): void {
    const [behind, to] = [this.#places, this.#to];
    const end = this.#from;
    this.#places = [];
    this.#from = 0;
    this.#to = 0;
    while (this.#to < end) {
      const found = this.#searchOn(this.#to);
      if (found === -1 || found >= end) break;
      this.#places.push(found);
    }
    this.#places = this.#places.concat(behind);
    this.#to = to;
  }

  #searchOn(from: number): number {
    const found = this.#search(from);
    this.#to = found === -1 ? this.#length : found + 1;
    this.#work.spend(this.#to - from);
    return found;
  }

  /** The index of the first known place at this one or behind it. */
  #indexOf(from: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
