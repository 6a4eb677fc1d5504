/** How many of something each client has open at once: connections, subscriptions. */
export class ClientSlots {
  readonly max: number;
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  /** Clients that have any. */
  get size(): number {
    return this.#taken.size;
  }

  taken(client: string): number {
    return this.#taken.get(client) ?? 0;
  }

  /** What gives the slot back, whenever and however often it is called; null when there is none left. */
  take(client: string): (() => void) | null {
    const taken = this.taken(client);
    if (taken >= this.max) return null;
    this.#taken.set(client, taken + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = this.taken(client) - 1;
      if (left === 0) this.#taken.delete(client);
      else this.#taken.set(client, left);
    };
  }
}
