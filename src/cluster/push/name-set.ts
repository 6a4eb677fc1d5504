/** More than this at a time count as all there are. */
const maxNames = 5_000;

/** A set of names, or all names. */
export class NameSet {
  readonly #max: number;
  readonly #names = new Set<string>();
  #all = false;

  constructor(max = maxNames) {
    this.#max = max;
  }

  get isEmpty(): boolean {
    return !this.#all && this.#names.size === 0;
  }

  get areAll(): boolean {
    return this.#all;
  }

  add(name: string): void {
    if (this.#all) return;
    this.#names.add(name);
    if (this.#names.size > this.#max) this.addAll();
  }

  addAll(): void {
    this.#all = true;
    this.#names.clear();
  }

  absorb(other: NameSet): void {
    if (other.areAll) this.addAll();
    for (const name of other.#names) this.add(name);
  }

  has(name: string): boolean {
    return this.#all || this.#names.has(name);
  }

  /** Those that are known by name. */
  [Symbol.iterator](): Iterator<string> {
    return this.#names[Symbol.iterator]();
  }
}
