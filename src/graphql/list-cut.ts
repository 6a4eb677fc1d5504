/**
 * Lists of everything are cut to what a reader can use. Where a client does not say how many it wants and there are
 * more, an error beside the list says so.
 */
import type { GraphQLResolveInfo } from 'graphql';
import { BadUserInputError, ListCutError } from '../errors.js';
import type { Context } from './context.js';

/** Members, of a client that does not say how many it wants. */
export const usualLength = 1_000;
export const longestLength = 20_000;

/** Options of the argument `first`. */
export const firstArg = {
  description: `Maximum number of list members: 0 to ${longestLength}. ${usualLength} by default; if the default cuts the list, an additional error reports it (LIST_CUT).`,
} as const;

/** @throws BadUserInputError when it is outside of what is accepted */
export function lengthOf(first: number | null | undefined): number {
  const length = first ?? usualLength;
  if (length < 0 || length > longestLength)
    throw new BadUserInputError(`first must be from 0 to ${longestLength}`);
  return length;
}

/** @param what is in the list, such as `workers` */
export function noticeCut(
  what: string,
  { total, shown, first }: { total: number; shown: number; first: number | null | undefined },
  { sideErrors }: Context,
  info: GraphQLResolveInfo,
): void {
  const isNews = typeof first !== 'number' && shown < total;
  if (isNews) sideErrors.add(new ListCutError(what, total, shown), info);
}
