/**
 * Tries every command that the shared level needs of Redis. Sent one by one: the error of a script does not name the
 * command that was refused before Redis 7. docs/operations.md lists the same commands, as rights of an ACL.
 */
import type { RedisCommand } from './redis-port.js';

/**
 * HSET leaves a key that does not expire, so it is tried where DEL is sure to follow. The other writing commands have
 * been tried before: what it is refused for is the right.
 */
const write = `redis.call('DEL', KEYS[1])
local reply = redis.pcall('HSET', KEYS[1], 'value', '')
if type(reply) == 'table' and reply.err then
  return redis.error_reply("NOPERM no permissions to run the 'hset' command")
end
return redis.call('DEL', KEYS[1])`;

/** @param key one of the replica's own; at the end there is nothing at it */
export function probe(key: string, channel: string): readonly RedisCommand[] {
  return [
    ['TIME'],
    ['GET', key],
    ['PTTL', key],
    ['HGET', key, 'value'],
    ['HMGET', key, 'value'],
    ['HGETALL', key],
    ['HKEYS', key],
    ['HVALS', key],
    ['HLEN', key],
    ['HDEL', key, 'value'],
    ['PEXPIRE', key, 1_000],
    ['SET', key, '', 'PX', 1_000],
    ['DEL', key],
    ['PUBLISH', channel, ''],
    ['EVAL', write, 1, key],
  ];
}

/** What Redis does not let this user do. */
const places = [
  [/permissions to access .*key/, 'a key'],
  [/permissions to access .*channel/, 'a channel'],
] as const;

/**
 * Redis's own word for why it does not do what it is asked, with the command or place that the user lacks, such as
 * `NOPERM, 'hset'`; null if the error is not an answer of Redis. More would reveal its users and keys.
 */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  return refusalIn(error.message) ?? 'ERR';
}

/** As `refusalOf`, of Redis's words; null where these are no refusal. */
export function refusalIn(words: string): string | null {
  const word = /^(?!E(?!RR\b))[A-Z]{2,20}\b/.exec(words)?.[0] ?? null; // ECONNRESET is none of Redis's
  const command = /permissions to run the '([a-z|]{1,40})' command/.exec(words)?.[1];
  if (command !== undefined) return `NOPERM, '${command}'`; // a script's error begins with another word
  const place = places.find(([pattern]) => pattern.test(words))?.[1];
  return place === undefined ? word : `NOPERM, ${place}`;
}
