/** Cursors of the task connection: opaque to clients, a place in one order to us. */
import { randomBytes } from 'node:crypto';
import type { TaskOrder, TaskPosition } from '../celery/events/task.js';
import { BadUserInputError } from '../errors.js';

/** Cursors are good for the life of the gateway: after a restart tasks are numbered anew. */
const epoch = randomBytes(6).toString('base64url');

/** Names have 512 characters at most; what is longer was not made here. */
const maxLength = 4_096;

export function encodeCursor({ key, sequence }: TaskPosition, { field, direction }: TaskOrder): string {
  return Buffer.from(JSON.stringify([epoch, field, direction, sequence, key])).toString('base64url');
}

/** @throws BadUserInputError for a cursor of another order, of another life of the gateway, or of no connection */
export function decodeCursor(
  argument: 'after' | 'before',
  cursor: string | null | undefined,
  { field, direction }: TaskOrder,
): TaskPosition | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [cursorEpoch, cursorField, cursorDirection, sequence, key] = partsOf(cursor);
  if (!isSequence(sequence) || !isKey(key)) {
    throw new BadUserInputError(`${argument} is not a cursor of this connection`);
  }
  if (cursorEpoch !== epoch) {
    throw new BadUserInputError(
      `${argument} is a cursor from before the gateway was restarted: start from the first page`,
    );
  }
  if (cursorField !== field || cursorDirection !== direction) {
    throw new BadUserInputError(`${argument} is a cursor of another order than ${field} ${direction}`);
  }
  return { key, sequence };
}

function partsOf(cursor: string): readonly unknown[] {
  if (cursor.length > maxLength) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 5 ? parts : [];
  } catch {
    return [];
  }
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isKey(value: unknown): value is TaskPosition['key'] {
  return value === null || typeof value === 'string' || Number.isFinite(value);
}
