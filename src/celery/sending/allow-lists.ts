/** The tasks that any client may send, and the queues that any client may send to or purge. */
import { ForbiddenError } from '../../errors.js';
import { matchesGlob } from '../../glob.js';

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
      throw new ForbiddenError(`The task ${name} is not among the tasks that this gateway may send`);
  }

  /** @throws ForbiddenError */
  assertQueue(name: string): void {
    if (!this.#queues.some((pattern) => matchesGlob(pattern, name)))
      throw new ForbiddenError(`The queue ${name} is not among the queues that this gateway may use`);
  }
}
