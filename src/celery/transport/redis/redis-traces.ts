/**
 * Looks for the application where no worker answers: a cluster whose prefix, database or exchange is another than ours
 * leaves its bindings in Redis, and pub/sub itself does not show who listens. It only reads, a bounded part of the key
 * space at each look. What this user may not read, or a script may not do, is no trace and no error.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { isRefusal } from './redis-errors.js';
import type { RedisNames } from './redis-names.js';

/** One look takes this many SCAN steps at most; the next look goes on where this one stopped. */
const scanSteps = 20;
const scanCount = 1_000;
/** More are not remembered, and fewer are shown. */
const maxFound = 100;
const maxShown = 3;
/** Characters of a name that an application chose. */
const maxName = 64;
/** Redis has 16 databases by default. */
const maxDatabases = 32;

const bindings = '_kombu.binding.';
const pidbox = '.pidbox';

/** SELECT in a script ends with it. */
const inOtherDatabases = `
local found = {}
for db = 0, tonumber(ARGV[1]) - 1 do
  local selected = redis.pcall('SELECT', db)
  if type(selected) == 'table' and selected.err then break end
  if redis.pcall('EXISTS', KEYS[1]) == 1 then found[#found + 1] = db end
end
return found`;
const databases = z.array(z.int());

export interface RedisTracesOptions {
  readonly names: RedisNames;
  /** Database number on the current server. */
  readonly db: () => number;
  /** How many pidboxes received the last request; null before the first. */
  readonly receivers: () => number | null;
  /** Patterns that the gateway itself listens to. */
  readonly ownPatterns: () => number;
}

export class RedisTraces {
  readonly #options: RedisTracesOptions;
  /** Keys of bindings of pidboxes, of any prefix and control exchange. */
  readonly #found = new Set<string>();
  #cursor = '0';

  constructor(options: RedisTracesOptions) {
    this.#options = options;
  }

  /** What an application leaves that our settings do not fit, each with the setting to change. */
  async look(client: Redis): Promise<readonly string[]> {
    const looks = [
      this.#otherFanoutPrefix(client),
      this.#otherKeys(client),
      this.#otherDatabases(client),
    ];
    const hints = await Promise.all(
      looks.map((look) =>
        look.catch((error: unknown) => {
          if (isRefusal(error)) return [];
          throw error;
        }),
      ),
    );
    return hints.flat();
  }

  /** Pidboxes are bound here and a client listens to patterns, but no pidbox receives the gateway's requests. */
  async #otherFanoutPrefix(client: Redis): Promise<readonly string[]> {
    const { names, receivers, ownPatterns } = this.#options;
    if (receivers() !== 0) return [];
    const [{ length: nodes }, patterns] = await Promise.all([
      client.smembers(names.bindingKey(names.controlExchange)),
      client.call('PUBSUB', 'NUMPAT'),
    ]);
    if (nodes === 0 || Number(patterns) <= ownPatterns()) return [];
    const channels = names.controlChannels.map(shown).join(' and ');
    return [
      `pidboxes of ${nodes} nodes are bound, but none listens on ${channels}: unless these workers have ended, ` +
        'set FANOUT_PREFIX to the fanout_prefix of the application',
    ];
  }

  async #otherKeys(client: Redis): Promise<readonly string[]> {
    const { names } = this.#options;
    await this.#scan(client);
    const keys = [...this.#found];
    const present = await Promise.all(keys.map((key) => client.exists(key)));
    const hints: string[] = [];
    keys.forEach((key, index) => {
      if (present[index] !== 1) this.#found.delete(key);
      else hints.push(explain(key, names));
    });
    return hints.slice(0, maxShown);
  }

  async #scan(client: Redis): Promise<void> {
    const { names } = this.#options;
    const own = names.bindingKey(names.controlExchange);
    for (let step = 0; step < scanSteps; step++) {
      const pattern = `*${bindings}*${pidbox}`;
      const [cursor, keys] = await client.scan(this.#cursor, 'MATCH', pattern, 'COUNT', scanCount);
      for (const key of keys)
        if (key !== own && !isReply(key) && this.#found.size < maxFound) this.#found.add(key);
      this.#cursor = cursor;
      if (cursor === '0') break;
    }
  }

  async #otherDatabases(client: Redis): Promise<readonly string[]> {
    const { names, db } = this.#options;
    const key = names.bindingKey(names.controlExchange);
    const found = databases.parse(await client.eval(inOtherDatabases, 1, key, maxDatabases));
    const current = db();
    const others = found.filter((each) => each !== current);
    if (others.length === 0 || found.includes(current)) return [];
    return [
      `pidboxes of workers are bound in database ${others.slice(0, maxShown).join(', ')}, and none in ${current}: ` +
        'set the number at the end of BROKER_URL to that of the application',
    ];
  }
}

/** Replies are bound for each receiver, by Celery to one exchange and by the gateway to one of each receiver. */
function isReply(key: string): boolean {
  return key.includes(`${bindings}reply.`) || key.includes('.reply.');
}

function explain(key: string, names: RedisNames): string {
  const at = key.indexOf(bindings);
  const [prefix, exchange] = [key.slice(0, at), key.slice(at + bindings.length, -pidbox.length)];
  if (prefix + bindings !== names.bindingKey(''))
    return `keys of an application begin with ${shown(prefix)}: if it is this one, set GLOBAL_KEYPREFIX to that`;
  return `workers of the control exchange ${shown(exchange)} are bound: if they are this application's, set CONTROL_EXCHANGE to that`;
}

/** In quotation marks, with control characters escaped. */
function shown(name: string): string {
  return JSON.stringify(name.length > maxName ? `${name.slice(0, maxName)}…` : name);
}
