/**
 * Memory for event messages that wait in a long backlog. A burst may leave a hundred megabytes of socket buffers
 * behind; they come from malloc, which keeps most of what is freed. These pages are mapped for themselves, and go back
 * to the operating system as soon as their last message is taken.
 */

/** Bytes of a page; a longer message has a page of its own. */
const pageBytes = 1024 * 1024;

/** A resizable buffer: only those are mapped apart from malloc, and can be freed before a collection. */
export class BacklogPage {
  readonly #memory: ArrayBuffer;
  #used = 0;
  #messages = 0;

  constructor(size: number) {
    // V8 counts the size that it is created with as pressure to collect garbage, which a page never becomes.
    this.#memory = new ArrayBuffer(0, { maxByteLength: size });
    this.#memory.resize(size);
  }

  /** Null if it does not fit. */
  copy(bytes: Buffer): Buffer | null {
    const { length } = bytes;
    if (this.#used + length > this.#memory.byteLength) return null;
    const copied = Buffer.from(this.#memory, this.#used, length);
    copied.set(bytes);
    this.#used += length;
    this.#messages++;
    return copied;
  }

  /** A message on this page is not read any more. @returns whether no message is left */
  release(): boolean {
    return --this.#messages === 0;
  }

  /** Gives the memory back; copies on it are empty then. */
  free(): void {
    this.#memory.resize(0);
  }
}

/**
 * @example
 * const pages = new BacklogPages();
 * const { page, copied } = pages.copy(bytes);
 * pages.release(page); // after the last look at `copied`
 */
export class BacklogPages {
  /** The page that takes the next message; null if there is none. */
  #open: BacklogPage | null = null;

  copy(bytes: Buffer): { readonly page: BacklogPage; readonly copied: Buffer } {
    const known = this.#open?.copy(bytes) ?? null;
    if (this.#open !== null && known !== null) return { page: this.#open, copied: known };
    const page = new BacklogPage(Math.max(pageBytes, bytes.length));
    this.#open = page;
    return { page, copied: page.copy(bytes) ?? bytes };
  }

  release(page: BacklogPage): void {
    if (!page.release()) return;
    page.free();
    if (page === this.#open) this.#open = null;
  }
}
