/** What a failed command of ioredis means; its classes are untyped, so names and messages tell. */

/** Redis answered, and said no. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The key holds something else than was asked for: an application's own, not a queue. */
export function isWrongType(error: unknown): boolean {
  return isRefusal(error) && error.message.startsWith('WRONGTYPE');
}

/** The connection was closed before the answer came: why it was is the news. */
export function isAftermath(error: unknown): boolean {
  return error instanceof Error && error.name === 'MaxRetriesPerRequestError';
}
