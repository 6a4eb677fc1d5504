/**
 * Queues on Redis: one list for each priority step, and one hash of unacknowledged messages for all queues of
 * the database. What waits is counted and looked at, never taken.
 */
import type { Redis } from 'ioredis';
import { PurgeImpossibleError } from '../../../errors.js';
import { encodeTask, EnvelopeText } from '../../messages/message.js';
import type { RawMessage } from '../../messages/message.js';
import { readWaitingTask } from '../../queues/task-message.js';
import { isForbidden, isForbiddenKey, isWrongType } from './redis-errors.js';
import { RedisLists } from './redis-lists.js';
import type { Binding, RedisNames } from './redis-names.js';
import { UnackedIndex } from './redis-unacked.js';
import type { Purge, QueueDepth, UnknownFigures } from '../transport.js';
import type { OutgoingTask } from '../../messages/message.js';

type Run = <T>(work: (client: Redis) => Promise<T>) => Promise<T>;

/** One look for bindings takes this many SCAN steps at most; the next look goes on where this one stopped. */
const scanSteps = 50;
const scanCount = 1_000;
const maxBindingKeys = 5_000;

/**
 * All lists of a queue at once, so that no message comes or goes between the look and the purge. What an application
 * keeps under such a name is no list of ours: then the number of messages is unknown, and nothing is removed.
 */
const purgeScript = `
local messages = 0
for _, key in ipairs(KEYS) do
  local length = redis.pcall('LLEN', key)
  if type(length) ~= 'number' then return length end
  messages = messages + length
end
if messages == tonumber(ARGV[1]) then
  for _, key in ipairs(KEYS) do redis.call('DEL', key) end
end
return messages`;

export class RedisQueues {
  readonly #names: RedisNames;
  readonly #run: Run;
  readonly #unacked: UnackedIndex;
  readonly #lists: RedisLists;
  /** Names that the last look found. */
  #bound: ReadonlySet<string> = new Set();
  readonly #bindingKeys = new Set<string>();
  #scanCursor = '0';

  constructor(names: RedisNames, run: Run) {
    this.#names = names;
    this.#run = run;
    this.#unacked = new UnackedIndex(names.unackedKey);
    this.#lists = new RedisLists(names);
  }

  /** Every queue that is bound to an exchange, whether a worker lives or not; subscriptions to broadcasts are none. */
  async names(): Promise<readonly string[]> {
    const bindings = await this.#run((client) => this.#bindings(client));
    const queues = [...bindings].flatMap(([exchange, members]) =>
      members
        .filter((binding) => !this.#names.isBroadcastMember(exchange, binding))
        .map(({ queue }) => queue),
    );
    this.#bound = new Set(queues.filter((queue) => !this.#names.isInternalQueue(queue)));
    return [...this.#bound].sort();
  }

  async depths(queues: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#run(async (client) => {
      const lists = await this.#lists.of(client, queues, new Set([...this.#bound, ...queues]));
      const lengths = await Promise.all(
        lists.map((keys) => Promise.all(keys.map(({ key }) => listLength(client, key)))),
      );
      lists.forEach((keys, q) =>
        keys.forEach(({ key }, step) => {
          const depth = lengths[q]?.[step];
          if (depth?.length === 0 && depth.unknown === null) this.#lists.forget(key);
        }),
      );
      const [unacknowledged, oldest] = await Promise.all([
        this.#unacknowledged(client),
        Promise.all(
          lists.map((keys, q) => {
            const next = keys.find((_, step) => (lengths[q]?.[step]?.length ?? 0) > 0);
            return next ? oldestTaskId(client, next.key) : Promise.resolve(null);
          }),
        ),
      ]);
      return queues.map((name, q): QueueDepth => {
        const steps = (lists[q] ?? []).map(({ priority }, step) => ({
          priority,
          ...(lengths[q]?.[step] ?? { length: 0, unknown: null }),
        }));
        const unknown = steps.find((step) => step.unknown !== null)?.unknown ?? null;
        const held = unackedOf(unacknowledged, name);
        const reasons: UnknownFigures = {
          ...(unknown !== null && { messages: unknown, messagesByPriority: unknown }),
          ...(held === null && { unacknowledged: unknownHeld }),
        };
        return {
          name,
          messages: unknown === null ? steps.reduce((sum, { length }) => sum + length, 0) : null,
          messagesByPriority: unknown === null ? byPriority(steps) : null,
          ...(Object.keys(reasons).length > 0 && { unknown: reasons }),
          unacknowledged: held,
          consumers: null,
          oldestTaskId: oldest[q] ?? null,
          oldestSentAt: null,
          kind: 'list',
        };
      });
    });
  }

  /** The lowest step is served first, and each list from its right end. */
  async peek(queue: string, count: number): Promise<readonly RawMessage[]> {
    const bound = this.#bound.size === 0 ? new Set(await this.names()) : this.#bound;
    return this.#run(async (client) => {
      const next: RawMessage[] = [];
      const [lists = []] = await this.#lists.of(client, [queue], bound);
      for (const { key } of lists) {
        if (next.length >= count) break;
        const texts = await client.lrange(key, next.length - count, -1).catch(wrongType<string[]>([]));
        next.push(...texts.reverse().map((text) => new EnvelopeText(text)));
      }
      return next;
    });
  }

  /** Bound to an exchange, as every producer of Celery's binds its queue. A list alone may be an application's own. */
  async has(queue: string): Promise<boolean> {
    return (await this.names()).includes(queue);
  }

  async send(task: OutgoingTask): Promise<void> {
    const key = this.#names.queueKeyFor(task.queue, task.priority);
    await this.#run((client) => client.lpush(key, encodeTask(task)));
  }

  /** Removes all lists of the queue, or none; of those that the settings do not name, the ones that prove theirs now. */
  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    const bound = new Set(await this.names());
    const messages = await this.#run(async (client) => {
      const keys = (await this.#lists.allOf(client, queue, bound)).map(({ key }) => key);
      return client.eval(purgeScript, keys.length, ...keys, expectedMessages).catch(wrongType(null));
    });
    if (messages === null) throw new PurgeImpossibleError(queue, notList);
    return { purged: messages === expectedMessages, messages: Number(messages) };
  }

  /** Bindings by exchange. Their keys are found by SCAN, a bounded part of the key space at each look. */
  async #bindings(client: Redis): Promise<ReadonlyMap<string, readonly Binding[]>> {
    for (let step = 0; step < scanSteps; step++) {
      const [cursor, keys] = await client.scan(
        this.#scanCursor,
        'MATCH',
        this.#names.bindingPattern,
        'COUNT',
        scanCount,
      );
      for (const key of keys) {
        const isInternal = this.#names.isInternalExchange(this.#names.exchangeOf(key));
        if (!isInternal && this.#bindingKeys.size < maxBindingKeys) this.#bindingKeys.add(key);
      }
      this.#scanCursor = cursor;
      if (cursor === '0') break;
    }
    const bindings = new Map<string, readonly Binding[]>();
    await Promise.all(
      [...this.#bindingKeys].map(async (key) => {
        const exchange = this.#names.exchangeOf(key);
        const members = await client.smembers(key).catch((error: unknown) => {
          // An exchange that this user may not read hides its own queues, and no others.
          if (isForbiddenKey(error)) return [];
          return wrongType<string[]>([])(error);
        });
        if (members.length === 0) this.#bindingKeys.delete(key);
        bindings.set(
          exchange,
          members.flatMap((member) => this.#names.binding(member) ?? []),
        );
      }),
    );
    return bindings;
  }

  /** Figures by queue; null for a queue if unknown, and null altogether if there are too many messages to read. */
  async #unacknowledged(client: Redis): Promise<ReadonlyMap<string, number | null> | null> {
    const routes = await this.#unacked.count(client);
    if (routes === null) return null;
    const bindings = routes.some(({ exchange }) => exchange !== '')
      ? await this.#bindings(client)
      : new Map<string, readonly Binding[]>();
    const counts = new Map<string, number | null>();
    for (const { exchange, routingKey, count } of routes) {
      const queues =
        exchange === '' ? [routingKey] : boundQueues(bindings.get(exchange) ?? [], routingKey);
      // Which of several queues a message came from is not written down.
      for (const queue of queues) {
        const before = counts.get(queue) ?? 0;
        counts.set(queue, queues.length > 1 || counts.get(queue) === null ? null : before + count);
      }
    }
    return counts;
  }
}

/** What an application keeps under the name of a queue is no queue. */
function wrongType<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (isWrongType(error)) return otherwise;
    throw error;
  };
}

function unackedOf(counts: ReadonlyMap<string, number | null> | null, queue: string): number | null {
  if (counts === null) return null;
  const count = counts.get(queue);
  return count === undefined ? 0 : count;
}

interface ListLength {
  readonly length: number;
  /** Why it is unknown; null if it is known. */
  readonly unknown: string | null;
}

const notList = 'a key of this queue holds something other than a list';
const unknownHeld =
  'too many messages, or the user of Redis may not read them, or they came from an ambiguous exchange';

async function listLength(client: Redis, key: string): Promise<ListLength> {
  try {
    return { length: await client.llen(key), unknown: null };
  } catch (error) {
    if (isWrongType(error)) return { length: 0, unknown: notList };
    if (isForbidden(error)) return { length: 0, unknown: 'the user of Redis may not read this queue' };
    throw error;
  }
}

/** Lists of one priority under several separators are one. */
function byPriority(
  steps: readonly (ListLength & { readonly priority: number })[],
): NonNullable<QueueDepth['messagesByPriority']> {
  const sums = new Map<number, number>();
  for (const { priority, length } of steps) sums.set(priority, (sums.get(priority) ?? 0) + length);
  return [...sums]
    .map(([priority, messages]) => ({ priority, messages }))
    .filter(({ messages }) => messages > 0);
}

/** Producers push on the left, workers pop on the right: the rightmost is served next. */
async function oldestTaskId(client: Redis, key: string): Promise<string | null> {
  const [text] = await client.lrange(key, -1, -1);
  return text === undefined ? null : readWaitingTask(new EnvelopeText(text)).id;
}

function boundQueues(bindings: readonly Binding[], routingKey: string): readonly string[] {
  const matching = bindings.filter(
    (binding) => binding.routingKey === routingKey || matches(binding.pattern, routingKey),
  );
  return [...new Set(matching.map(({ queue }) => queue))];
}

function matches(pattern: string, routingKey: string): boolean {
  if (pattern === '') return false;
  try {
    return new RegExp(pattern).test(routingKey);
  } catch {
    return false; // Python's regular expressions know more than ours
  }
}
