/** Values as far as they will be printed: a result may be as long as a message, and only its first part is shown. */
import { headOf, maxKeptText } from './masked-text.js';
import { numberRepr } from '../python/python-json.js';

/** Deeper values are printed as dots. */
const maxDepth = 64;
/** Characters beyond those that are printed, so that masked ones leave room for others. */
const margin = 16_384;
/** What a number, a bracket or a comma takes at least. */
const perItem = 2;
const dots = '...';

export interface TrimmedValue {
  readonly value: unknown;
  /** Whether a part was left out. */
  readonly isCut: boolean;
}

/** @param maxLength characters of the value's representation that will be kept */
export function trimValue(value: unknown, maxLength = maxKeptText): TrimmedValue {
  const trimmer = new Trimmer(maxLength + margin);
  return { value: trimmer.trim(value, 0), isCut: trimmer.isCut };
}

class Trimmer {
  isCut = false;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  trim(value: unknown, depth: number): unknown {
    this.#left -= perItem;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth) return this.#leaveOut();
    return Array.isArray(value) ? this.#array(value, depth) : this.#object(value, depth);
  }

  #text(value: string): string {
    const room = Math.max(this.#left, 0);
    this.#left -= value.length;
    if (value.length <= room || numberRepr(value) !== null) return value;
    this.isCut = true;
    return headOf(value, room);
  }

  #array(items: readonly unknown[], depth: number): readonly unknown[] {
    const kept: unknown[] = [];
    for (const item of items) {
      if (this.#left <= 0) {
        kept.push(this.#leaveOut());
        break;
      }
      kept.push(this.trim(item, depth + 1));
    }
    return kept;
  }

  #object(value: object, depth: number): unknown {
    const kept: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (this.#left <= 0) {
        this.#leaveOut();
        break;
      }
      kept.push([this.#text(key), this.trim(item, depth + 1)]);
    }
    return Object.fromEntries(kept);
  }

  #leaveOut(): string {
    this.isCut = true;
    return dots;
  }
}
