/**
 * A text while it is looked through from left to right: what has been read of it, and where the next closing quotes and
 * tags are. Each of these is searched for once, however often it is needed.
 */
import { Work } from './work.js';

interface Range {
  readonly from: number;
  /** -1 when there is none up to the end of the text. */
  readonly end: number;
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
  readonly #next = new Map<string, Range>();
  #tags: ReadonlyMap<string, readonly number[]> | null = null;

  constructor(text: string, work = new Work(text.length)) {
    this.text = text;
    this.work = work;
  }

  /**
   * What `search` finds from this place on. A former search from an earlier place holds as long as its find is ahead.
   * @param key what is searched for
   */
  next(key: string, from: number, search: () => number): number {
    const known = this.#next.get(key);
    if (known !== undefined && known.from <= from && (known.end === -1 || known.end >= from))
      return known.end;
    const end = search();
    this.work.spend((end === -1 ? this.text.length : end) - from + 1);
    this.#next.set(key, { from, end });
    return end;
  }

  indexOf(piece: string, from: number): number {
    return this.next(piece, from, () => this.text.indexOf(piece, from));
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
