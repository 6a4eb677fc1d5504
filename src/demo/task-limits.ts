/** How often, and for how long, tasks of a name may run. Counterpart of `Task.rate_limit`, `time_limit` and `kombu`'s TokenBucket. */
import { TaskError } from './task.js';

const secondsOf = { s: 1, m: 60, h: 3_600 } as const;

export interface TimeLimits {
  /** Seconds; null for none. */
  readonly soft: number | null;
  readonly hard: number | null;
}

export class TaskLimits {
  /** As they were given, such as `10/m`. */
  readonly rates = new Map<string, string>();
  readonly times = new Map<string, TimeLimits>();
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

  /** What ends a task of that name, and after how many milliseconds. */
  ends(name: string): readonly { readonly after: number; readonly reason: Error }[] {
    const { soft = null, hard = null } = this.times.get(name) ?? {};
    return [
      ...(soft === null ? [] : [{ after: soft * 1_000, reason: exceeded('SoftTimeLimitExceeded') }]),
      ...(hard === null ? [] : [{ after: hard * 1_000, reason: exceeded('TimeLimitExceeded', hard) }]),
    ];
  }
}

function tasksPerSecond(rate: string): number {
  const [count = '', unit = 's'] = rate.split('/');
  return Number(count) / (unit === 'm' || unit === 'h' ? secondsOf[unit] : secondsOf.s);
}

function exceeded(type: string, ...args: readonly number[]): TaskError {
  return new TaskError(type, 'billiard.exceptions', ...args);
}
