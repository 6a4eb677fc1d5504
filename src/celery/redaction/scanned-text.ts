/**
 * A text while it is looked through from left to right: what has been read of it, and where the next closing quotes and
 * tags are. Each of these is searched for once, however often it is needed.
 */
import { FoundPlaces, type Search } from './found-places.js';
import { runEnd } from './characters.js';
import { Work } from './work.js';

/** Characters of one class. */
interface Run {
  readonly from: number;
  readonly end: number;
  /** Where the points begin that it ends with. */
  readonly pointsAt: number;
}

export class ScannedText {
  readonly text: string;
  readonly work: Work;
  /** The end of the last name that was read, or of the last secret: no name begins before. */
  floor = 0;
  /** Whether the name of a secret stands where a value does, as in `{'name': 'password', 'value': 'x'}`. */
  hasNameAsValue = false;
  /** The URL that was read last: where it ends, and its last `@`; -1 for none. */
  url: { readonly end: number; readonly lastAt: number } = { end: -1, lastAt: -1 };
  /** The run of base64 that was read last: where it begins, and up to where it was read. */
  base64: { readonly start: number; readonly hit: number } = { start: 0, hit: 0 };
  /** Where programs are called that take secrets as arguments. */
  readonly calls: number[] = [];
  readonly #places = new Map<string, FoundPlaces>();
  readonly #runs = new Map<string, Run>();
  #tags: ReadonlyMap<string, readonly number[]> | null = null;

  constructor(text: string, work = new Work(text.length)) {
    this.text = text;
    this.work = work;
  }

  /**
   * The first place at this one or behind it of what is searched for; -1 when there is none.
   * @param key what is searched for
   */
  next(key: string, from: number, search: Search): number {
    let places = this.#places.get(key);
    if (places === undefined) {
      places = new FoundPlaces(this.text.length, from, search, this.work);
      this.#places.set(key, places);
    }
    return places.next(from);
  }

  indexOf(piece: string, from: number): number {
    return this.next(piece, from, (at) => this.text.indexOf(piece, at));
  }

  /**
   * The run of characters that this place is in. Places come from left to right.
   * @param key the class of the characters
   */
  run(key: string, from: number, is: (code: number) => boolean): Run {
    const known = this.#runs.get(key);
    if (known !== undefined && from <= known.end) return known;
    const end = runEnd(this.text, from, is);
    let pointsAt = end;
    while (pointsAt > from && this.text[pointsAt - 1] === '.') pointsAt--;
    this.work.spend(2 * (end - from) + 1);
    const run = { from, end, pointsAt };
    this.#runs.set(key, run);
    return run;
  }

  /** Where the next closing tag of this name begins; -1 when there is none. */
  closingTag(name: string, from: number): number {
    this.#tags ??= this.#closingTags();
    const places = this.#tags.get(name) ?? [];
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return places[low] ?? -1;
  }

  #closingTags(): ReadonlyMap<string, readonly number[]> {
    const tags = new Map<string, number[]>();
    this.work.spend(this.text.length);
    for (const { 0: tag, index } of this.text.matchAll(/<\/[\w:.-]{1,100}/g)) {
      const places = tags.get(tag.slice(2));
      if (places === undefined) tags.set(tag.slice(2), [index]);
      else places.push(index);
    }
    return tags;
  }
}
