/** Who sent a request, as far as it shows. */
import type { IncomingMessage } from 'node:http';
import { anonymous } from '../access/viewer.js';
import type { Caller } from '../graphql/context.js';

export function callerOf({ socket }: IncomingMessage): Caller {
  return { viewer: anonymous('admin'), clientAddress: socket.remoteAddress ?? null };
}
