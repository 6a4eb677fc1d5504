/**
 * One task queue of the in-process broker: first in first out, bounded, with consumers that take turns and
 * acknowledge. Counterpart of `kombu.transport.virtual.Channel` and its `QoS`.
 */

/** One message in one consumer's hands. */
export interface Delivery {
  readonly queue: string;
  /** The envelope, as it was sent. */
  readonly text: string;
  /** It was in other hands before, and came back without acknowledgement. */
  readonly redelivered: boolean;
  /** The message is done with; a second call does nothing. */
  readonly acknowledge: () => void;
}

interface Entry {
  readonly text: string;
  readonly redelivered: boolean;
}

/** A reader of one or more queues with a single window of unacknowledged messages over all of them. */
export class MemoryConsumer {
  #queues: readonly MemoryQueue[];
  readonly #deliver: (delivery: Delivery) => void;
  readonly #unacknowledged = new Map<Delivery, MemoryQueue>();
  #prefetch: number;
  #open = true;
  #turn = 0;

  constructor(queues: readonly MemoryQueue[], prefetch: number, deliver: (delivery: Delivery) => void) {
    this.#queues = queues;
    this.#prefetch = prefetch;
    this.#deliver = deliver;
    for (const queue of queues) queue.attach(this);
    this.#refill();
  }

  get prefetch(): number {
    return this.#prefetch;
  }

  /** Celery widens the window by one for every message that it only holds until its ETA. */
  set prefetch(count: number) {
    this.#prefetch = count;
    this.#refill();
  }

  get wantsMore(): boolean {
    return this.#open && this.#unacknowledged.size < this.#prefetch;
  }

  countUnacknowledged(queue: MemoryQueue): number {
    let count = 0;
    for (const origin of this.#unacknowledged.values()) if (origin === queue) count += 1;
    return count;
  }

  receive(queue: MemoryQueue, entry: Entry): void {
    const delivery: Delivery = {
      ...entry,
      queue: queue.name,
      acknowledge: () => {
        if (this.#unacknowledged.delete(delivery)) this.#refill();
      },
    };
    this.#unacknowledged.set(delivery, queue);
    queueMicrotask(() => {
      if (this.#open) this.#deliver(delivery); // else: cancelled on the way, and already back in its queue
    });
  }

  /** One more; a queue that it reads already stays as it is. */
  add(queue: MemoryQueue): void {
    if (!this.#open || this.#queues.includes(queue)) return;
    this.#queues = [...this.#queues, queue];
    queue.attach(this);
    this.#refill();
  }

  /** Takes no more from it; what came from it stays until it is acknowledged. */
  remove(name: string): void {
    const queue = this.#queues.find((known) => known.name === name);
    if (queue === undefined) return;
    this.#queues = this.#queues.filter((known) => known !== queue);
    queue.detach(this);
  }

  /** Stops the deliveries and gives back what was not acknowledged, oldest first. */
  cancel(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const queue of this.#queues) queue.detach(this);
    const held = [...this.#unacknowledged].reverse();
    this.#unacknowledged.clear();
    for (const [delivery, queue] of held) queue.giveBack(delivery.text);
    for (const queue of new Set([...this.#queues, ...held.map(([, origin]) => origin)]))
      queue.dispatch(); // not before all are back, or their order would change
  }

  /** Starts at another queue each time, so that a long queue does not starve the others. */
  #refill(): void {
    this.#turn += 1;
    for (let step = 0; step < this.#queues.length; step += 1) {
      this.#queues[(this.#turn + step) % this.#queues.length]?.dispatch();
    }
  }
}

export class MemoryQueue {
  readonly name: string;
  readonly #maxLength: number;
  readonly #consumers: MemoryConsumer[] = [];
  /** Two stacks make a queue: taking from the front of a long array would copy it each time. */
  #front: Entry[] = [];
  #back: Entry[] = [];

  constructor(name: string, maxLength: number) {
    this.name = name;
    this.#maxLength = maxLength;
  }

  get length(): number {
    return this.#front.length + this.#back.length;
  }

  get consumers(): number {
    return this.#consumers.length;
  }

  get unacknowledged(): number {
    return this.#consumers.reduce((count, consumer) => count + consumer.countUnacknowledged(this), 0);
  }

  /** What is served next, in that order, at most `count`. */
  peek(count: number): readonly string[] {
    const front = this.#front.slice(-count).reverse();
    return [...front, ...this.#back.slice(0, count - front.length)].map(({ text }) => text);
  }

  /** Throws RangeError when the queue is full: an in-process broker must not grow with a forgotten queue. */
  push(text: string): void {
    if (this.length >= this.#maxLength) throw new RangeError(`queue ${this.name} is full`);
    this.#back.push({ text, redelivered: false });
    this.dispatch();
  }

  /** Puts a message back at the head, without serving it yet. */
  giveBack(text: string): void {
    this.#front.push({ text, redelivered: true });
  }

  /** Drops what waits; what consumers hold stays with them. */
  clear(): void {
    this.#front = [];
    this.#back = [];
  }

  attach(consumer: MemoryConsumer): void {
    this.#consumers.push(consumer);
  }

  detach(consumer: MemoryConsumer): void {
    const index = this.#consumers.indexOf(consumer);
    if (index >= 0) this.#consumers.splice(index, 1);
  }

  /** Hands out messages for as long as a consumer has room, each in its turn. */
  dispatch(): void {
    while (this.length > 0) {
      const index = this.#consumers.findIndex((consumer) => consumer.wantsMore);
      const consumer = this.#consumers[index];
      const entry = consumer && this.#take();
      if (!consumer || !entry) return;
      this.#consumers.push(...this.#consumers.splice(index, 1)); // to the end of the line
      consumer.receive(this, entry);
    }
  }

  #take(): Entry | undefined {
    if (this.#front.length === 0) {
      this.#front = this.#back.reverse();
      this.#back = [];
    }
    return this.#front.pop();
  }
}
