/** The body of a remote control request, as `kombu.pidbox.Mailbox` lays it out. */
import type { ControlRequest } from './transport.js';

/** No node has this name: a request to it reaches every pidbox, and no worker acts or replies. */
export const noNode = 'no-worker@celeryql';

/** Where the replies go: an exchange, and the routing key of the caller's reply queue. */
export interface ReplyTo {
  readonly exchange: string;
  readonly routing_key: string;
}

/**
 * Every key that workers look for. Never a pattern: one with a matcher that a worker does not know ends its remote
 * control.
 */
export function controlRequestBody(
  { method, arguments: args, destination, ticket }: ControlRequest,
  replyTo: ReplyTo,
): Record<string, unknown> {
  const command = { method, arguments: args, destination, pattern: null, matcher: null };
  return ticket === null ? command : { ...command, ticket, reply_to: replyTo };
}
