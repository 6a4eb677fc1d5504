/** Items per turn of the event loop, of all streams together: some milliseconds. */
const itemsPerTurn = 64;

/**
 * Shares the event loop among the streams. When nothing has to wait for a socket, a stream with much to deliver runs
 * from one promise to the next without ever letting go: neither the broker nor another client would be read from.
 */
export class DeliveryTurns {
  #waiting: ((items: number) => void)[] = [];

  /** Resolves in a later turn of the loop, to the number of items that the stream may deliver before it asks again. */
  take(): Promise<number> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#grant());
    });
  }

  /** To those who have waited longest. */
  #grant(): void {
    const granted = this.#waiting.splice(0, itemsPerTurn);
    if (this.#waiting.length > 0) setImmediate(() => this.#grant());
    const items = Math.floor(itemsPerTurn / granted.length);
    for (const resolve of granted) resolve(items);
  }
}
