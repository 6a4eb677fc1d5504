/**
 * The Lua scripts of the shared cache: Redis carries out each of them as a whole, in one round trip. All times are those
 * of Redis (`TIME`), so that the clocks of two machines are never compared. They are milliseconds with three decimals: an
 * invalidation and the load after it may fall into the same millisecond. The scripts write after they have read the time,
 * which Redis allows from version 5 on.
 *
 * Three keys belong to a value: the value itself (a hash), its lock (`<epoch> <began> <token>` of the replica that loads
 * it), and the epoch of its cache. An epoch is a random text and not a counter: if Redis loses it, by a restart or for
 * lack of memory, a counter would start again, and values that were invalidated under the same number would be valid
 * again. So an epoch may expire at any moment: a load that began under it stores nothing, and the next lookup makes a new
 * epoch. It lives as long as its cache is looked at or holds a value.
 *
 * An invalidation of keys by prefix keeps the epoch. The prefix and the time are written to a hash of the cache, which
 * lives as long as the oldest value may; a value whose load began before that time is not found.
 */

/** Milliseconds from the last lookup in a cache until its epoch expires; values that live longer extend it. */
export const epochLifetime = 120_000;

/** KEYS[3] is the epoch. Its expiry is extended at most twice in a lifetime, not at every lookup. */
const keepEpoch = `
local function keepEpoch(least)
  if redis.call('PTTL', KEYS[3]) < least then
    redis.call('PEXPIRE', KEYS[3], math.max(${epochLifetime}, math.floor(least)))
  end
end
`;

/** Prefixes that are kept for a cache; with more of them the whole cache is invalidated. */
const maxPrefixes = 100;

/** KEYS[4] is the hash of prefixes. */
const isInvalidated = `
local function isInvalidated(key, began)
  local prefixes = redis.call('HGETALL', KEYS[4])
  for i = 1, #prefixes, 2 do
    local prefix, at = prefixes[i], tonumber(prefixes[i + 1])
    if string.sub(key, 1, #prefix) == prefix and began <= at then return true end
  end
  return false
end
`;

const now = `local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
`;

/**
 * KEYS value, lock, epoch, prefixes; ARGV token, lock time, an epoch where there is none, greatest age in
 * milliseconds since the load began (0 if the reader needs a new load, -1 for any age), key.
 */
export const lookUp = `${now}${keepEpoch}${isInvalidated}
local epoch = redis.call('GET', KEYS[3])
if not epoch then
  epoch = ARGV[3]
  redis.call('SET', KEYS[3], epoch, 'PX', ${epochLifetime})
else
  keepEpoch(${epochLifetime / 2})
end
local maxAge = tonumber(ARGV[4])
if maxAge ~= 0 then
  local found = redis.call('HMGET', KEYS[1], 'epoch', 'began', 'took', 'ttl', 'value')
  if found[1] == epoch then
    local age = now - tonumber(found[2])
    local took = tonumber(found[3])
    -- A time in the future: the clock of Redis was set back, and the age is unknown.
    local isFresh = age >= 0 and age - took < tonumber(found[4]) and (maxAge < 0 or age < maxAge)
    if isFresh and not isInvalidated(ARGV[5], tonumber(found[2])) then
      return {'found', math.max(0, age - took), found[4], found[5]}
    end
  end
  local lock = redis.call('GET', KEYS[2])
  local began = tonumber(string.match(lock or '', ' ([%d.]+) ') or 0)
  if lock and string.sub(lock, 1, #epoch + 1) == epoch .. ' ' and not isInvalidated(ARGV[5], began) then
    return {'wait', redis.call('PTTL', KEYS[2])}
  end
end
local began = string.format('%.3f', now)
redis.call('SET', KEYS[2], epoch .. ' ' .. began .. ' ' .. ARGV[1], 'PX', ARGV[2])
return {'load', epoch, began}`;

/**
 * KEYS value, lock, epoch, prefixes; ARGV token, epoch, began, took, ttl, value, channel, message, key. Stores the
 * value only if the lock and the epoch are still those of the load. Publishes the message to the waiting readers unless
 * another replica holds the lock by now.
 */
export const store = `${now}${keepEpoch}${isInvalidated}
if redis.call('GET', KEYS[2]) ~= ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local stored = 0
local left = ARGV[5] + ARGV[4] - (now - ARGV[3])
if redis.call('GET', KEYS[3]) == ARGV[2] and left >= 1 and not isInvalidated(ARGV[9], tonumber(ARGV[3])) then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'began', ARGV[3], 'took', ARGV[4], 'ttl', ARGV[5], 'value', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], math.floor(left))
  keepEpoch(left)
  stored = 1
end
redis.call('PUBLISH', ARGV[7], ARGV[8])
return stored`;

/** KEYS lock; ARGV token, channel, message. The epoch of the lock may be unknown: the answer to the lookup may be lost. */
export const release = `local lock = redis.call('GET', KEYS[1])
if not lock or string.sub(lock, -#ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** KEYS lock; ARGV token, lock time. */
export const renew = `local lock = redis.call('GET', KEYS[1])
if not lock or string.sub(lock, -#ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS epoch and prefixes of each cache; ARGV a new epoch, channel, message. Values of the old epoch are not found any more. */
export const invalidate = `for i = 1, #KEYS, 2 do
  redis.call('SET', KEYS[i], ARGV[1], 'PX', ${epochLifetime})
  redis.call('DEL', KEYS[i + 1])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** KEYS epoch and prefixes of one cache; ARGV a new epoch, prefixes. Other keys of the cache stay valid. */
export const invalidatePrefixes = `${now}
for i = 2, #ARGV do redis.call('HSET', KEYS[2], ARGV[i], string.format('%.3f', now)) end
if redis.call('HLEN', KEYS[2]) > ${maxPrefixes} then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ${epochLifetime})
  redis.call('DEL', KEYS[2])
else
  redis.call('PEXPIRE', KEYS[2], math.max(${epochLifetime}, redis.call('PTTL', KEYS[1])))
end
return 1`;

/** KEYS the reports of a cluster's replicas; ARGV id of the replica, its report, milliseconds until a report expires. */
export const report = `${now}
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  local at = tonumber(string.match(redis.call('HGET', KEYS[1], id), '^%d+'))
  if not at or now - at > tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], id) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** KEYS the reports of a cluster's replicas. */
export const readReports = `${now}
return {string.format('%.0f', now), redis.call('HVALS', KEYS[1])}`;
