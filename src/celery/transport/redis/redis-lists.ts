/**
 * The lists of a queue: those of the configured `priority_steps` and `sep`, and those that an application with others
 * has made. The names of the latter are tried, a bounded number of them in one command for each queue.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { parsePythonJson } from '../../python/python-json.js';
import { isForbiddenKey, isRefusal, isWrongType } from './redis-errors.js';
import { maxPriority, type QueueList, type RedisNames } from './redis-names.js';

/** Queues whose lists are sought under every usual separator in one look; of the others, those with the configured one. */
const maxSearched = 50;
/** Milliseconds after which a search that Redis refused is tried again. */
const refusalPause = 30_000;
/** SCAN steps of one search for lists under an unusual separator. */
const scanSteps = 50;
const scanCount = 1_000;
const maxScanned = 100;
/** A longer text, or one with letters, is part of another queue's name. */
const separator = /^[^A-Za-z0-9]{1,4}$/;
const maxFound = 5_000;

const envelope = z.object({ properties: z.object({ priority: z.number() }) });

interface Candidate extends QueueList {
  readonly queue: string;
}

export class RedisLists {
  readonly #names: RedisNames;
  /** Lists beside the configured ones, by key. */
  readonly #found = new Map<string, Candidate>();
  #nextSearched = 0;
  /** Queues whose search was refused, and when by the monotonic clock. */
  readonly #refusedUntil = new Map<string, number>();

  constructor(names: RedisNames) {
    this.#names = names;
  }

  /**
   * The lists of these queues, each queue's in the order of service.
   *
   * @param bound names of queues, whose own lists are never another queue's
   */
  async of(
    client: Redis,
    queues: readonly string[],
    bound: ReadonlySet<string>,
  ): Promise<readonly (readonly QueueList[])[]> {
    this.#dropOthers(bound);
    await this.#search(client, queues, bound);
    return this.#known(queues);
  }

  /**
   * As `of`, and looks through a part of the key space for lists under separators that are not usual. What was found
   * before has to be proved again.
   */
  async allOf(client: Redis, queue: string, bound: ReadonlySet<string>): Promise<readonly QueueList[]> {
    const before = [...this.#found.values()].filter((list) => list.queue === queue);
    for (const list of before) this.#found.delete(list.key);
    for (const list of before) await this.#try(client, list, bound);
    await this.#search(client, [queue], bound);
    await this.#scan(client, queue, bound);
    return this.#known([queue]).flat();
  }

  /** The list is empty, which in Redis is to say that there is none. A configured one is sought again anyway. */
  forget(key: string): void {
    this.#found.delete(key);
  }

  /** A list that was found before its queue had a name of its own. */
  #dropOthers(bound: ReadonlySet<string>): void {
    for (const { key, queue } of this.#found.values())
      if (this.#isOfAnother(key, queue, bound)) this.#found.delete(key);
  }

  /** Whether it is another queue, or a list of one whose name is longer. */
  #isOfAnother(key: string, queue: string, bound: ReadonlySet<string>): boolean {
    const name = this.#names.withoutPrefix(key);
    for (let length = name.length; length > queue.length; length--)
      if (bound.has(name.slice(0, length))) return true;
    return false;
  }

  #known(queues: readonly string[]): readonly (readonly QueueList[])[] {
    const lists = new Map(queues.map((queue) => [queue, [...this.#names.queueKeys(queue)]]));
    for (const { queue, key, priority } of this.#found.values())
      lists.get(queue)?.push({ key, priority });
    return queues.map((queue) => (lists.get(queue) ?? []).sort((a, b) => a.priority - b.priority));
  }

  async #search(client: Redis, queues: readonly string[], bound: ReadonlySet<string>): Promise<void> {
    const start = queues.length > maxSearched ? this.#nextSearched % queues.length : 0;
    this.#nextSearched = start + maxSearched;
    const isSearched = (index: number): boolean =>
      (index - start + queues.length) % queues.length < maxSearched;
    await Promise.all(
      queues.map(async (queue, index) => {
        if (performance.now() < (this.#refusedUntil.get(queue) ?? -Infinity)) return;
        const candidates = this.#names
          .otherQueueKeys(queue, isSearched(index))
          .filter(({ key }) => !this.#found.has(key));
        const keys = candidates.map(({ key }) => key);
        try {
          if (keys.length === 0 || (await client.exists(...keys)) === 0) return;
          await Promise.all(
            candidates.map((candidate) => this.#try(client, { queue, ...candidate }, bound)),
          );
        } catch (error) {
          if (!isRefusal(error)) throw error;
          this.#refused(queue);
        }
      }),
    );
  }

  /** The user may lack a right, or the keys of this queue alone. */
  #refused(queue: string): void {
    if (this.#refusedUntil.size >= maxFound) this.#refusedUntil.clear();
    this.#refusedUntil.set(queue, performance.now() + refusalPause);
  }

  async #scan(client: Redis, queue: string, bound: ReadonlySet<string>): Promise<void> {
    const start = this.#names.key(queue).length;
    const pattern = this.#names.queueKeyPattern(queue);
    const configured = new Set(this.#names.queueKeys(queue).map(({ key }) => key));
    let cursor = '0';
    let scanned = 0;
    for (let step = 0; step < scanSteps && scanned < maxScanned; step++) {
      const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', scanCount);
      const lists = keys.filter((key) => separator.test(key.slice(start, -1)) && !configured.has(key));
      for (const key of lists.slice(0, maxScanned - scanned)) {
        scanned++;
        await this.#try(client, { queue, key, priority: Number(key.slice(-1)) }, bound);
      }
      cursor = next;
      if (cursor === '0') return;
    }
  }

  /**
   * Takes it for a list of the queue if its next message proves that kombu put it there: an application may keep a list
   * of its own under such a name, or another queue.
   */
  async #try(client: Redis, candidate: Candidate, bound: ReadonlySet<string>): Promise<void> {
    const { queue, key, priority } = candidate;
    if (this.#found.has(key) || this.#isOfAnother(key, queue, bound)) return;
    try {
      const [text] = await client.lrange(key, -1, -1);
      if (text === undefined || !hasPriority(text, priority)) return;
      // The oldest may be of a queue that is not looked at any more; a living one is found again.
      const [oldest] = this.#found.keys();
      if (oldest !== undefined && this.#found.size >= maxFound) this.#found.delete(oldest);
      this.#found.set(key, { queue, key, priority });
    } catch (error) {
      if (!isWrongType(error) && !isForbiddenKey(error)) throw error;
    }
  }
}

/** Whether it is a message whose priority leads to the list of this step. */
function hasPriority(text: string, step: number): boolean {
  try {
    const { properties } = envelope.parse(parsePythonJson(text));
    return Math.min(properties.priority, maxPriority) >= step;
  } catch {
    return false;
  }
}
