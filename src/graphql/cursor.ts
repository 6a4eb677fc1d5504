/** Cursors of connections: opaque to clients, a place in one order to us. */
import type { TaskOrder, TaskPosition } from '../celery/tasks/task.js';
import { BadUserInputError, CursorExpiredError } from '../errors.js';

/** Names have 512 characters at most; what is longer was not made here. */
const maxLength = 4_096;

export type CursorArgument = 'after' | 'before';
type CursorText = string | null | undefined;

/** What a cursor of tasks is good for. */
export interface TaskCursorScope {
  readonly order: TaskOrder;
  /** See `State.epoch`. */
  readonly epoch: string;
}

export function encodeTaskCursor(
  { key, sequence }: TaskPosition,
  { order, epoch }: TaskCursorScope,
): string {
  const { field, direction } = order;
  return encoded([epoch, field, direction, sequence, key]);
}

/**
 * @throws CursorExpiredError for a cursor of another store of tasks
 * @throws BadUserInputError for a cursor of another order, or of no connection of tasks
 */
export function decodeTaskCursor(
  argument: CursorArgument,
  cursor: CursorText,
  { order: { field, direction }, epoch }: TaskCursorScope,
): TaskPosition | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [cursorEpoch, cursorField, cursorDirection, sequence, key] = partsOf(cursor, 5);
  if (!isSequence(sequence) || !isKey(key)) throw foreign(argument);
  if (cursorEpoch !== epoch) throw new CursorExpiredError(argument);
  if (cursorField !== field || cursorDirection !== direction) {
    throw new BadUserInputError(`${argument} is a cursor for another order than ${field} ${direction}`);
  }
  return { key, sequence };
}

/** What the cursors of a list are good for. */
export interface ListCursorScope {
  /** Name of the list, such as `workers`. */
  readonly list: string;
  /** Of an order that means something only in one run of the gateway: which run; null for an order by name. */
  readonly epoch: string | null;
}

/** @param key of the member, such as its name */
export function encodeListCursor(key: string, { list, epoch }: ListCursorScope): string {
  return encoded([list, epoch, key]);
}

/**
 * The key of the member.
 * @throws CursorExpiredError for a cursor of another run
 * @throws BadUserInputError for a cursor of another connection, or of none
 */
export function decodeListCursor(
  argument: CursorArgument,
  cursor: CursorText,
  { list, epoch }: ListCursorScope,
): string | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [cursorList, cursorEpoch, key] = partsOf(cursor, 3);
  if (cursorList !== list || typeof key !== 'string') throw foreign(argument);
  if (cursorEpoch !== epoch) throw new CursorExpiredError(argument);
  return key;
}

function encoded(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function partsOf(cursor: string, count: number): readonly unknown[] {
  if (cursor.length > maxLength) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === count ? parts : [];
  } catch {
    return [];
  }
}

function foreign(argument: CursorArgument): BadUserInputError {
  return new BadUserInputError(`${argument} is not a cursor of this connection`);
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isKey(value: unknown): value is TaskPosition['key'] {
  return value === null || typeof value === 'string' || Number.isFinite(value);
}
