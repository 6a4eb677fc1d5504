/** How often tasks of a name may run. Counterpart of `Task.rate_limit` and `kombu`'s TokenBucket. */

const secondsOf = { s: 1, m: 60, h: 3_600 } as const;

export class TaskLimits {
  /** As they were given, such as `10/m`. */
  readonly rates = new Map<string, string>();
  /** Epoch milliseconds from which the next one may start. */
  readonly #nextStart = new Map<string, number>();

  /** Milliseconds until a task of that name may start; 0 takes the place. */
  wait(name: string, now: number): number {
    const rate = this.rates.get(name);
    const perSecond = rate === undefined ? 0 : tasksPerSecond(rate);
    if (perSecond <= 0) return 0;
    const wait = (this.#nextStart.get(name) ?? now) - now;
    if (wait > 0) return wait;
    this.#nextStart.set(name, now + 1_000 / perSecond);
    return 0;
  }
}

function tasksPerSecond(rate: string): number {
  const [count = '', unit = 's'] = rate.split('/');
  return Number(count) / (unit === 'm' || unit === 'h' ? secondsOf[unit] : secondsOf.s);
}
