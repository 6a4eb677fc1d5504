/** What a failed command of ioredis means; its classes are untyped, so names and messages tell. */

/** Redis answered, and said no. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The key holds something else than was asked for: an application's own, not a queue. */
export function isWrongType(error: unknown): boolean {
  return isRefusal(error) && error.message.startsWith('WRONGTYPE');
}

/** The user's ACL lacks the command or the key. */
export function isForbidden(error: unknown): error is Error {
  return isRefusal(error) && error.message.startsWith('NOPERM');
}

/** The command is allowed; this key or channel is not. Redis 6 and 7 word it differently. */
export const forbiddenPlace = /permissions to access/;

/** The user's ACL lacks the key, and has the command. */
export function isForbiddenKey(error: unknown): boolean {
  return isForbidden(error) && error instanceof Error && forbiddenPlace.test(error.message);
}

/** The connection was closed before the answer came: why it was is the news. */
export function isAftermath(error: unknown): boolean {
  return error instanceof Error && error.name === 'MaxRetriesPerRequestError';
}

/** What Redis 7 puts before the reason why it did not carry out a transaction. */
const discarded = /^EXECABORT Transaction discarded because of: /;

/** Redis 7 repeats the user's name, which is a part of the credentials. */
export function withoutUser(words: string): string {
  return words.replace(/\bUser \S+ has\b/, 'this user has');
}

/** Why it said no, which may have been to a whole transaction. */
export function refusalWords(error: Error): string {
  return error.message.replace(discarded, '');
}

/** Whether the connection is out of a transaction whose end was refused. */
export function isDiscarded(error: unknown): boolean {
  return isRefusal(error) && discarded.test(error.message);
}
