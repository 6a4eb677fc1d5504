/** Arguments and inputs that have a new name: the former one is deprecated, and still accepted. */
import { BadUserInputError } from '../errors.js';

/** Both names of one value, the current one first, as the client gave them. */
export type Renamed<T> = readonly [
  current: readonly [name: string, value: T | null | undefined],
  former: readonly [name: string, value: T | null | undefined],
];

/**
 * Undefined if the client gave the value under neither name.
 * @throws BadUserInputError if it gave both
 */
export function renamed<T>([[name, value], [formerName, former]]: Renamed<T>): T | undefined {
  const isGiven = value !== null && value !== undefined;
  if (isGiven && former !== null && former !== undefined)
    throw new BadUserInputError(`give ${name} or ${formerName}, not both`);
  return (isGiven ? value : former) ?? undefined;
}

/** @throws BadUserInputError unless the client gave exactly one of both */
export function requiredRenamed<T>(names: Renamed<T>): T {
  const value = renamed(names);
  if (value === undefined) throw new BadUserInputError(`${names[0][0]} is required`);
  return value;
}
