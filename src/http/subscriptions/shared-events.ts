/** Executes an event once for all subscribers of the same question that receive it at the same moment. */

/** Milliseconds in which an executed event is given to others: what it shows beside the event, such as its worker, is as fresh. */
const moment = 100;
/** Executed events that are kept for each question at most. */
const maxItems = 64;

interface Made<T> {
  readonly at: number;
  readonly item: Promise<T>;
}

interface Question<T> {
  subscribers: number;
  /** By the id of the event, the oldest first. */
  readonly made: Map<string, Made<T>>;
}

export interface EventSubscriber<T> {
  /** What is made of an event, or of whatever else its stream brings. */
  readonly read: (payload: unknown) => Promise<T>;
  /** To be called when the subscriber has left, once or more often. */
  readonly leave: () => void;
}

export class SharedEvents<T> {
  readonly #clock: () => number;
  readonly #questions = new Map<string, Question<T>>();

  /** @param clock in milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Questions that have subscribers. */
  get size(): number {
    return this.#questions.size;
  }

  /**
   * @param key of the question
   * @param make what an event is made into; the same for all subscribers of the question
   */
  join(key: string, make: (payload: unknown) => Promise<T>): EventSubscriber<T> {
    const question = this.#questions.get(key) ?? { subscribers: 0, made: new Map() };
    this.#questions.set(key, question);
    question.subscribers++;
    let hasLeft = false;
    return {
      read: (payload) => {
        const id = question.subscribers > 1 ? sharedIdOf(payload) : null;
        return id === null ? make(payload) : this.#read(question, id, () => make(payload));
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        if (--question.subscribers === 0) this.#questions.delete(key);
      },
    };
  }

  #read({ made }: Question<T>, id: string, make: () => Promise<T>): Promise<T> {
    const now = this.#clock();
    const known = made.get(id);
    if (known !== undefined && now - known.at < moment) return known.item;
    const item = make();
    made.delete(id); // it becomes the newest
    made.set(id, { at: now, item });
    const [oldest] = made.keys();
    if (made.size > maxItems && oldest !== undefined) made.delete(oldest);
    return item;
  }
}

/** Null for what is not the same for every subscriber: an event before which this one has missed some, or an error. */
function sharedIdOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null) return null;
  if (!('id' in payload && 'dropped' in payload)) return null;
  return payload.dropped === 0 && typeof payload.id === 'string' ? payload.id : null;
}
