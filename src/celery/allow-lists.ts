/** Which tasks may be sent from here, and which queues sent to or purged, whoever asks. */
import { ForbiddenError } from '../errors.js';
import { matchesGlob } from '../glob.js';

const everything = ['*'] as const;

export class AllowLists {
  readonly #tasks: readonly string[];
  readonly #queues: readonly string[];

  /** Patterns, of which one must match. */
  constructor(tasks: readonly string[] = everything, queues: readonly string[] = everything) {
    this.#tasks = tasks;
    this.#queues = queues;
  }

  /** @throws ForbiddenError */
  assertTask(name: string): void {
    if (!this.#tasks.some((pattern) => matchesGlob(pattern, name)))
      throw new ForbiddenError(`The task ${name} is not among those that this gateway may send`);
  }

  /** @throws ForbiddenError */
  assertQueue(name: string): void {
    if (!this.#queues.some((pattern) => matchesGlob(pattern, name)))
      throw new ForbiddenError(`The queue ${name} is not among those that this gateway may touch`);
  }
}
