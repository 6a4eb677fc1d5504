/**
 * One answer has one state of a task: what an operation learns from workers, result backend and broker may contradict
 * the tasks that it has read before. Then it is executed a second time, from what it has read, and tasks as they are now.
 */
import type { Context } from './context.js';

/**
 * @returns whether the operation has to be executed once more with this context, which is prepared for it. To be called
 * once, when a query has been executed.
 */
export function startSecondPass({ loaders, views, sideErrors, executed }: Context): boolean {
  const all = views === null ? [loaders] : Array.from(views.contexts, (context) => context.loaders);
  const overtaken = all.filter(({ isOvertaken }) => isOvertaken);
  if (overtaken.length === 0) return false;
  for (const loaders of overtaken) loaders.startSecondPass();
  sideErrors.clear();
  executed.count = 0;
  return true;
}
