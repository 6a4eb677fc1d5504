/** The least rights of the gateway's user, as docs/brokers.md and docs/operations.md list them for operators. */
import { readPage } from './documentation.js';
import type { Permissions } from './rabbitmq-management.js';

const brokers = 'docs/brokers.md';

function listed(pattern: RegExp, page = brokers): readonly string[] {
  const [, ...found] = pattern.exec(readPage(page)) ?? [];
  if (found.length === 0) throw new Error(`${page} lists no rights as ${pattern.source}`);
  return found;
}

/** Rules of an ACL, such as `+psubscribe`. */
export const redisRights = listed(/A user of an ACL needs `([^`]+)`/)[0]?.split(/\s+/) ?? [];
/** The rule that sending tasks needs besides. */
export const [redisRightToSend = ''] = listed(/To send tasks it needs `([^`]+)` too/);

/** The rule that is needed besides behind Sentinels, and that on the Sentinels themselves. */
export const [redisRightBehindSentinels = '', sentinelRight = ''] = listed(
  /Behind Sentinels it needs `([^`]+)` too, and on the Sentinels\s+`([^`]+)`/,
);
/** Rules of an ACL for the Redis of the shared cache: commands, keys and channels. */
export const sharedCacheRights =
  listed(/A user of an ACL needs there `([^`]+)`/, 'docs/operations.md')[0]?.split(/\s+/) ?? [];

const [tag = '', configure = '', write = '', read = ''] = listed(
  /the tag `(\w+)`[^`]*configure\s+`([^`]+)`, write\s+`([^`]+)`, read\s+`([^`]+)`/,
);
/** Which the management API asks for. */
export const rabbitmqTag = tag;
export const rabbitmqPermissions: Required<Permissions> = { configure, write, read };
