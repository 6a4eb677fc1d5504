/** Every wait has a deadline: these put one on a promise that has none of its own. */
import { TimeoutError } from './errors.js';

/** @throws TimeoutError when `work` has not settled after `milliseconds`; what it does later is ignored. */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(what, milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
