/** Classifies failed commands of ioredis by name and message: its error classes are untyped. */

/** Whether Redis answered with an error. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the key holds another type: it is an application's own key, not a queue. */
export function isWrongType(error: unknown): boolean {
  return isRefusal(error) && error.message.startsWith('WRONGTYPE');
}

/** Whether the user's ACL lacks the command or the key. */
export function isForbidden(error: unknown): error is Error {
  return isRefusal(error) && error.message.startsWith('NOPERM');
}

/** The command is allowed; this key or channel is not. Redis 6 and 7 word it differently. */
export const forbiddenPlace = /permissions to access/;

/** Whether the user's ACL has the command, but lacks the key. */
export function isForbiddenKey(error: unknown): boolean {
  return isForbidden(error) && error instanceof Error && forbiddenPlace.test(error.message);
}

/** Whether the error only follows from a closed connection, whose cause is another error. */
export function isAftermath(error: unknown): boolean {
  return error instanceof Error && error.name === 'MaxRetriesPerRequestError';
}

/** What Redis 7 puts before the reason why it did not carry out a transaction. */
const discarded = /^EXECABORT Transaction discarded because of: /;

/** Redis 7 repeats the user's name, which is a part of the credentials. */
export function withoutUser(words: string): string {
  return words.replace(/\bUser \S+ has\b/, 'this user has');
}

/** The reason of a refusal, which may concern a whole transaction. */
export function refusalWords(error: Error): string {
  return error.message.replace(discarded, '');
}

/** Whether the connection is out of a transaction whose end was refused. */
export function isDiscarded(error: unknown): boolean {
  return isRefusal(error) && discarded.test(error.message);
}
