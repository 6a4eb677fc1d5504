/** Which queues there are and how deep they are. Counterpart of `flower.utils.broker`. */
import { UnknownQueueError } from '../../errors.js';
import type { Task } from '../tasks/task.js';
import type { QueuedTask } from '../tasks/reported-task.js';
import type { WaitingTasks } from '../tasks/waiting-tasks.js';
import { standardRedactor, type Redaction } from '../redaction/redactor.js';
import { readWaitingTask } from './task-message.js';
import type { WaitingTask } from './task-message.js';
import { QueueMemory, isTransientQueue } from './queue-memory.js';
import type { QueueTraits } from './queue-memory.js';
import type { QueueDepth, Transport } from '../transport/transport.js';
import type { Unreadable } from '../messages/unreadable.js';

/** A queue as the broker and the event stream know it. */
export interface Queue extends QueueDepth {
  /** Since the oldest message in it was sent; null when the queue is empty, or when that time is unknown. */
  readonly oldestMessageAgeSeconds: number | null;
}

export interface QueuesOptions {
  readonly transport: Transport;
  /** Finds a task that is known from events. */
  readonly task: (id: string) => Task | null;
  /** Called with each task that a look into a queue has shown. */
  readonly onWaiting?: ((task: QueuedTask) => void) | undefined;
  /** What events say about the tasks that wait. */
  readonly waiting?: Pick<WaitingTasks, 'newestSentAt' | 'oldestSentAt' | 'emptied'> | undefined;
  /** Names to watch though the broker does not list them. */
  readonly configured: readonly string[];
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly redaction?: Redaction | undefined;
  readonly unreadable?: Unreadable | undefined;
}

export class Queues {
  readonly #options: QueuesOptions;
  readonly #remembered: QueueMemory;
  /** The last read of all queues; null before the first. */
  #lastCount: number | null = null;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#remembered = new QueueMemory(options.configured);
  }

  /** Whether the settings name it. */
  isConfigured(name: string): boolean {
    return this.#options.configured.includes(name);
  }

  /** Queues that workers consume: they stay listed when those workers are gone, unless they end with them. */
  remember(queues: Iterable<QueueTraits>): void {
    for (const queue of queues) if (!isTransientQueue(queue)) this.#remembered.addConsumed(queue.name);
  }

  /** A queue to which a task was sent; of use only where the broker lists no queues. */
  heardOf(name: string): void {
    if (!this.areListed && !isTransientQueue({ name })) this.#remembered.addAddressed(name);
  }

  /** Whether the broker lists its queues. */
  get areListed(): boolean {
    return this.#options.transport.listsQueues !== false;
  }

  /** All queues that the broker has, and all remembered ones, by name; without those that have ceased to exist. */
  async all(): Promise<readonly Queue[]> {
    const bound = await this.#options.transport.queueNames();
    const queues = await this.#byName([...new Set([...bound, ...this.#remembered])].sort());
    const all = queues.filter(({ name, exists }) => exists !== false || this.#remembered.forget(name));
    this.#lastCount = all.length;
    return all;
  }

  /** How many there were when all were last looked at; before that, how many are remembered. */
  get knownCount(): number {
    return this.#lastCount ?? [...this.#remembered].length;
  }

  /** Tasks that the broker itself holds until their ETA, in no worker's hands; null if it holds none, or unknown. */
  async delayed(): Promise<number | null> {
    return this.#options.transport.delayedMessages();
  }

  /** The queue, whether it is empty or not; null if neither the broker nor the gateway knows the name. */
  async one(name: string): Promise<Queue | null> {
    const bound = await this.#options.transport.queueNames();
    if (!this.#remembered.has(name) && !bound.includes(name)) return null;
    const [queue] = await this.#byName([name]);
    return queue ?? null;
  }

  /**
   * From then on it is listed, also where the broker lists none.
   * @throws UnknownQueueError if neither the broker nor the gateway knows the name: it may be mistyped
   */
  async assertKnown(name: string): Promise<void> {
    if (this.#remembered.has(name)) return;
    if (!(await this.#options.transport.hasQueue(name))) throw new UnknownQueueError(name);
    this.remember([{ name }]);
  }

  /** Runs what empties a queue; resolves to what that resolves to, after the tasks in it have ceased to wait. */
  async emptying<T>(
    name: string,
    work: () => Promise<T>,
    hasEmptied: (result: T) => boolean,
  ): Promise<T> {
    const { waiting } = this.#options;
    const newest = waiting?.newestSentAt(name) ?? null;
    const result = await work();
    if (hasEmptied(result)) waiting?.emptied(name, newest);
    return result;
  }

  async #byName(names: readonly string[]): Promise<readonly Queue[]> {
    const { transport, waiting } = this.#options;
    const newest = names.map((name) => [name, waiting?.newestSentAt(name) ?? null] as const);
    const depths = await transport.queueDepths(names);
    const newestSentAt = new Map(newest);
    for (const { name, messages } of depths)
      if (messages === 0) waiting?.emptied(name, newestSentAt.get(name) ?? null);
    return depths.map((depth) => ({ ...depth, oldestMessageAgeSeconds: this.#age(depth) }));
  }

  /** The tasks that are served next, in the order of service; none of them is taken. */
  async peek(name: string, count: number): Promise<readonly WaitingTask[]> {
    const messages = await this.#options.transport.peek(name, count);
    const { redaction = standardRedactor.tasks, unreadable, onWaiting } = this.#options;
    const tasks = messages.map((message) =>
      readWaitingTask(message, redaction, (details) => unreadable?.count('message', details)),
    );
    for (const { id, ...task } of tasks) if (id !== null) onWaiting?.({ ...task, id, queue: name });
    return tasks;
  }

  /** Age of the message that is served next; if the broker does not show it, the oldest waiting task of the events. */
  #age({ name, messages, oldestTaskId, oldestSentAt }: QueueDepth): number | null {
    const { task, waiting, clock } = this.#options;
    const now = clock();
    const isHidden = oldestTaskId === null && oldestSentAt === null;
    const knownSentAt = oldestTaskId === null ? null : (task(oldestTaskId)?.sentAt ?? null);
    const sentAt =
      knownSentAt ??
      oldestSentAt ??
      (isHidden ? (waiting?.oldestSentAt(name, messages ?? 0, now) ?? null) : null);
    return sentAt === null ? null : Math.max(0, (now - sentAt) / 1000);
  }
}

/** Whether messages wait and nothing consumes them; null where the depth or the consumers leave it open. */
export function isOrphaned(messages: number | null, consumers: number | null): boolean | null {
  if (messages === 0) return false;
  if (consumers === null) return null;
  if (consumers > 0) return false;
  return messages === null ? null : true;
}
