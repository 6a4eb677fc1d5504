/** What was opened, to be closed in the opposite order. (Node 20 has no AsyncDisposableStack.) */
export class Disposal implements AsyncDisposable {
  readonly #opened: (AsyncDisposable | Disposable)[] = [];

  /** Takes over the closing of `resource` and returns it. */
  own<T extends AsyncDisposable | Disposable>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  /** Closes everything, also when closing some of it fails; the first failure is thrown in the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (let resource = this.#opened.pop(); resource; resource = this.#opened.pop()) {
      try {
        if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
        else resource[Symbol.dispose]();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
