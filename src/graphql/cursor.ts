/** Cursors of the task connection: opaque to clients, a sequence number to us. */
import { randomBytes } from 'node:crypto';
import { BadUserInputError } from '../errors.js';

/** Cursors are good for the life of the gateway: after a restart tasks are numbered anew. */
const epoch = randomBytes(6).toString('base64url');

export function encodeCursor(sequence: number): string {
  return Buffer.from(`${epoch}:${sequence}`).toString('base64url');
}

export function decodeCursor(
  argument: 'after' | 'before',
  cursor: string | null | undefined,
): number | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [cursorEpoch, sequence, ...rest] = Buffer.from(cursor, 'base64url').toString().split(':');
  if (rest.length > 0 || sequence === undefined || !/^\d{1,15}$/.test(sequence)) {
    throw new BadUserInputError(`${argument} is not a cursor of this connection`);
  }
  if (cursorEpoch !== epoch) {
    throw new BadUserInputError(
      `${argument} is a cursor from before the gateway was restarted: start from the first page`,
    );
  }
  return Number(sequence);
}
