/**
 * Queues on Redis: one list for each priority step, and one hash of unacknowledged messages for all queues of
 * the database. What waits is counted and looked at, never taken.
 */
import type { Redis } from 'ioredis';
import { encodeTask, EnvelopeText } from '../message.js';
import type { RawMessage } from '../message.js';
import { readWaitingTask } from '../task-message.js';
import { isWrongType } from './redis-errors.js';
import type { Binding, RedisNames } from './redis-names.js';
import { UnackedIndex } from './redis-unacked.js';
import type { OutgoingTask, Purge, QueueDepth } from './transport.js';

type Run = <T>(work: (client: Redis) => Promise<T>) => Promise<T>;

/** One look for bindings takes this many SCAN steps at most; the next look goes on where this one stopped. */
const scanSteps = 50;
const scanCount = 1_000;
const maxBindingKeys = 5_000;

/**
 * All lists of a queue at once, so that no message comes or goes between the look and the purge. What an application
 * keeps under such a name is no list of ours, and is left alone.
 */
const purgeScript = `
local lists, messages = {}, 0
for _, key in ipairs(KEYS) do
  local length = redis.pcall('LLEN', key)
  if type(length) == 'number' then
    messages = messages + length
    lists[#lists + 1] = key
  elseif string.sub(length.err, 1, 9) ~= 'WRONGTYPE' then
    return length
  end
end
if messages == tonumber(ARGV[1]) then
  for _, key in ipairs(lists) do redis.call('DEL', key) end
end
return messages`;

export class RedisQueues {
  readonly #names: RedisNames;
  readonly #run: Run;
  readonly #unacked: UnackedIndex;
  readonly #bindingKeys = new Set<string>();
  #scanCursor = '0';

  constructor(names: RedisNames, run: Run) {
    this.#names = names;
    this.#run = run;
    this.#unacked = new UnackedIndex(names.unackedKey);
  }

  /** Every queue that is bound to an exchange, whether a worker lives or not. */
  async names(): Promise<readonly string[]> {
    const bindings = await this.#run((client) => this.#bindings(client));
    return [...new Set([...bindings.values()].flat().map(({ queue }) => queue))]
      .filter((queue) => !this.#names.isInternalQueue(queue))
      .sort();
  }

  async depths(queues: readonly string[]): Promise<readonly QueueDepth[]> {
    return this.#run(async (client) => {
      const lists = queues.map((queue) => this.#names.queueKeys(queue));
      const lengths = await Promise.all(
        lists.map((keys) => Promise.all(keys.map(({ key }) => listLength(client, key)))),
      );
      const [unacknowledged, oldest] = await Promise.all([
        this.#unacknowledged(client),
        Promise.all(
          lists.map((keys, q) => {
            const next = keys.find((_, step) => (lengths[q]?.[step] ?? 0) > 0);
            return next ? oldestTaskId(client, next.key) : Promise.resolve(null);
          }),
        ),
      ]);
      return queues.map((name, q): QueueDepth => {
        const steps = (lists[q] ?? []).map(({ priority }, step) => ({
          priority,
          messages: lengths[q]?.[step] ?? 0,
        }));
        return {
          name,
          messages: steps.reduce((sum, { messages }) => sum + messages, 0),
          messagesByPriority: steps.filter(({ messages }) => messages > 0),
          unacknowledged: unackedOf(unacknowledged, name),
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
    return this.#run(async (client) => {
      const next: RawMessage[] = [];
      for (const { key } of this.#names.queueKeys(queue)) {
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

  async purge(queue: string, expectedMessages: number): Promise<Purge> {
    const keys = this.#names.queueKeys(queue).map(({ key }) => key);
    const messages = await this.#run((client) =>
      client.eval(purgeScript, keys.length, ...keys, expectedMessages),
    );
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
      for (const key of keys) if (this.#bindingKeys.size < maxBindingKeys) this.#bindingKeys.add(key);
      this.#scanCursor = cursor;
      if (cursor === '0') break;
    }
    const bindings = new Map<string, readonly Binding[]>();
    await Promise.all(
      [...this.#bindingKeys].map(async (key) => {
        const exchange = this.#names.exchangeOf(key);
        if (this.#names.isInternalExchange(exchange)) return;
        const members = await client.smembers(key).catch(wrongType<string[]>([]));
        if (members.length === 0) this.#bindingKeys.delete(key);
        bindings.set(
          exchange,
          members.flatMap((member) => this.#names.binding(member) ?? []),
        );
      }),
    );
    return bindings;
  }

  /** By queue; null for one where nobody can tell, and altogether when there are too many to look at. */
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

function listLength(client: Redis, key: string): Promise<number> {
  return client.llen(key).catch(wrongType(0));
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
