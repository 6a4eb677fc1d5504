/**
 * Names of queues that the gateway has seen. A broker may list none: RabbitMQ does so only with its management API,
 * and Redis knows no empty queue.
 */
import { isNamedByUuid } from './broadcast-queues.js';

export interface QueueTraits {
  readonly name: string;
  readonly exclusive?: boolean | null | undefined;
  readonly auto_delete?: boolean | null | undefined;
}

/** Whether a queue ends with a process, and its name never comes back: such queues are not shown. */
export function isTransientQueue({ name, exclusive, auto_delete }: QueueTraits): boolean {
  return exclusive === true || (auto_delete !== false && isNamedByUuid(name));
}

/** Names come from outside: of more than these the ones that were not seen for the longest time are forgotten. */
const maxConsumed = 1_000;
const maxAddressed = 200;

export class QueueMemory implements Iterable<string> {
  readonly #configured: ReadonlySet<string>;
  /** Workers consume them, or a client has used them. */
  readonly #consumed = new NameSet(maxConsumed);
  /** Tasks were sent to them. Apart, so that a flood of such names leaves the others alone. */
  readonly #addressed = new NameSet(maxAddressed);

  constructor(configured: Iterable<string>) {
    this.#configured = new Set(configured);
  }

  has(name: string): boolean {
    return this.#configured.has(name) || this.#consumed.has(name) || this.#addressed.has(name);
  }

  addConsumed(name: string): void {
    if (!this.#configured.has(name)) this.#consumed.add(name);
  }

  addAddressed(name: string): void {
    if (!this.#configured.has(name) && !this.#consumed.has(name)) this.#addressed.add(name);
  }

  /** @returns whether it is to be watched all the same, since it is configured */
  forget(name: string): boolean {
    this.#consumed.delete(name);
    this.#addressed.delete(name);
    return this.#configured.has(name);
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.#configured;
    yield* this.#consumed;
    yield* this.#addressed;
  }
}

/** In the order in which they were last added. */
class NameSet implements Iterable<string> {
  readonly #max: number;
  readonly #names = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.delete(name);
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > this.#max && oldest !== undefined) this.#names.delete(oldest);
  }

  delete(name: string): void {
    this.#names.delete(name);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names.values();
  }
}
