/** Timers that keep no process alive: an embedded cluster must never be the reason not to exit. */

/** Longer delays overflow Node's timers, which would then fire at once. */
const maxDelay = 2 ** 31 - 1;

export function after(milliseconds: number, action: () => void): { cancel(): void } {
  let rest = milliseconds;
  const arm = (): NodeJS.Timeout => {
    const delay = Math.min(Math.max(rest, 0), maxDelay);
    rest -= delay;
    return setTimeout(() => {
      if (rest > 0) timer = arm();
      else action();
    }, delay).unref();
  };
  let timer = arm();
  return {
    cancel: () => {
      clearTimeout(timer);
    },
  };
}

/** Rejects with the signal's reason when that comes first. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      timer.cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
