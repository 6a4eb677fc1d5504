/** Wrong credentials, counted by all replicas of the gateway together in the Redis of the shared cache. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AttemptCounter, CountedAttempts } from '../access/failed-attempts.js';
import type { SharedStore } from '../cache/shared/shared-store.js';

/** Places that are kept; beyond, each replica counts for itself. */
const maxPlaces = 10_000;

/**
 * KEYS the counts, a hash; ARGV field of the place, how many more, milliseconds of a window, places at most. Returns the
 * count and the milliseconds until its window ends. Times are Redis's own. A full hash is swept once a second at most.
 */
const count = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function read(text)
  local failures, endsAt = string.match(text or '', '^(%d+) (%d+)$')
  if not endsAt or tonumber(endsAt) <= now then return 0, 0 end
  return tonumber(failures), tonumber(endsAt)
end
local failures, endsAt = read(redis.call('HGET', KEYS[1], ARGV[1]))
local more, window = tonumber(ARGV[2]), tonumber(ARGV[3])
if more == 0 then return {failures, math.max(0, endsAt - now)} end
if endsAt == 0 then
  endsAt = now + window
  if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
    local _, sweepAt = read(redis.call('HGET', KEYS[1], 'sweep'))
    if sweepAt == 0 then
      local all = redis.call('HGETALL', KEYS[1])
      for i = 1, #all, 2 do
        local _, ends = read(all[i + 1])
        if ends == 0 then redis.call('HDEL', KEYS[1], all[i]) end
      end
      redis.call('HSET', KEYS[1], 'sweep', string.format('0 %.0f', now + 1000))
    end
    if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then return {more, window} end -- the sweep is a field too
  end
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f', failures + more, endsAt))
if redis.call('PTTL', KEYS[1]) < window then redis.call('PEXPIRE', KEYS[1], window) end
return {failures + more, endsAt - now}`;

const reply = z.tuple([z.number(), z.number()]);

export class SharedAttempts implements AttemptCounter {
  readonly #store: Pick<SharedStore, 'send' | 'options'>;
  readonly #maxPlaces: number;

  constructor(store: Pick<SharedStore, 'send' | 'options'>, limit = maxPlaces) {
    this.#store = store;
    this.#maxPlaces = limit;
  }

  async count(place: string, more: 0 | 1, window: number): Promise<CountedAttempts | null> {
    const { prefix } = this.#store.options;
    const field = fieldOf(prefix, place);
    const key = `${prefix}v1:attempts`;
    try {
      const answer = await this.#store.send([
        ['EVAL', count, 1, key, field, more, window, this.#maxPlaces],
      ]);
      const [failures, endsIn] = reply.parse(answer);
      return { failures, endsIn };
    } catch {
      return null; // it is away, which the store itself reports
    }
  }
}

/** Addresses do not stand in Redis as they are. */
function fieldOf(prefix: string, place: string): string {
  return createHash('sha256').update(`${prefix}\0${place}`).digest('base64url').slice(0, 22);
}
