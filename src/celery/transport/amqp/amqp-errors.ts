/** What a failure of amqplib means. Its errors carry AMQP's reply code; what the broker said is inside their message. */
import { errorMessage } from '../../../error-message.js';

/** Reply codes of AMQP 0-9-1 that a channel, or the whole connection, is closed with. */
export const replyCodes = {
  accessRefused: 403,
  notFound: 404,
  resourceLocked: 405,
  preconditionFailed: 406,
  internalError: 541,
} as const;

/** The reply code, of the error or of what it was made of; null when it was not the broker that refused. */
export function replyCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'number') return error.code;
  return replyCode(error.cause);
}

/** The broker's own words where there are any, without what amqplib wraps them in, and without the user's name. */
export function amqpReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return amqpReason(error.errors[0]);
  const message = errorMessage(error);
  const quoted = /with message "([\s\S]*)"$/.exec(message)?.[1] ?? message;
  return quoted === '' ? 'the connection failed' : withoutUser(quoted);
}

/** RabbitMQ repeats the user's name, which is a part of the credentials. It may hold any character, also a quote. */
function withoutUser(words: string): string {
  return words.replace(/(for|by|of|to) user '.*?'(?=\s|[,:;.)]|$)/g, '$1 this user');
}
