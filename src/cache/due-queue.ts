interface Due {
  readonly id: string;
  readonly at: number;
}

/** Ids in the order of their moments, each once. A binary heap; what was moved or taken back stays in it until it is on top, or too much of it. */
export class DueQueue {
  readonly #moments = new Map<string, Due>();
  #heap: Due[] = [];

  get size(): number {
    return this.#moments.size;
  }

  set(id: string, at: number): void {
    if (this.#moments.get(id)?.at === at) return;
    const due = { id, at };
    this.#moments.set(id, due);
    if (this.#heap.length > 2 * this.#moments.size + 16) {
      this.#heap = [...this.#moments.values()].sort((a, b) => a.at - b.at); // in order, it is a heap
      return;
    }
    this.#rise(due);
  }

  delete(id: string): void {
    this.#moments.delete(id);
  }

  clear(): void {
    this.#moments.clear();
    this.#heap = [];
  }

  /** The moment of the first, Infinity if there is none. */
  get next(): number {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (this.#moments.get(top.id) === top) return top.at;
      this.#sink();
    }
    return Infinity;
  }

  /** Takes out the first if its moment has come. */
  take(now: number): string | undefined {
    if (this.next > now) return undefined;
    const top = this.#heap[0];
    if (!top) return undefined;
    this.#sink();
    this.#moments.delete(top.id);
    return top.id;
  }

  #rise(due: Due): void {
    let i = this.#heap.push(due) - 1;
    for (; i > 0; i = (i - 1) >> 1) {
      const parent = this.#heap[(i - 1) >> 1];
      if (!parent || parent.at <= due.at) break;
      this.#heap[i] = parent;
    }
    this.#heap[i] = due;
  }

  /** Takes the top off: the last sinks from there to its place. */
  #sink(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      const [left, right] = [heap[2 * i + 1], heap[2 * i + 2]];
      const [child, at] = right && left && right.at < left.at ? [right, 2 * i + 2] : [left, 2 * i + 1];
      if (!child || last.at <= child.at) break;
      heap[i] = child;
      i = at;
    }
    heap[i] = last;
  }
}
