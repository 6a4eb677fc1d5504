/** What it costs to find objects by their ids, beside the fields that are selected of each. */
import type { Context } from '../context.js';
import { namesCost } from '../limits/sizes.js';
import type { GlobalId } from './global-id.js';

/** Task types are found among all those of their window; every other object is read by its key. */
export function lookupCost(ids: readonly (GlobalId | null)[], context: Pick<Context, 'sized'>): number {
  const windows = new Set<string | undefined>();
  for (const id of ids) if (id?.type === 'TaskType') windows.add(id.key[1]);
  let cost = 0;
  for (const window of windows) cost += namesCost(context, window === undefined ? null : Number(window));
  return cost;
}
