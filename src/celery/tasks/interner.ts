/**
 * Keeps one copy of strings that come back all the time: thousands of tasks share a name, a worker and a queue.
 * When it is full it forgets everything, which costs a few duplicates and keeps a flood of new names harmless.
 */
export class Interner {
  readonly #strings = new Map<string, string>();
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  intern(value: string): string {
    const known = this.#strings.get(value);
    if (known !== undefined) return known;
    if (this.#strings.size >= this.#max) this.#strings.clear();
    this.#strings.set(value, value);
    return value;
  }
}
