/** The longest delay of a timer; Node fires a longer one at once. */
export const longestDelay = 2 ** 31 - 1;

export function assertDelay(option: string, milliseconds: number): void {
  if (milliseconds > 0 && milliseconds <= longestDelay) return;
  throw new RangeError(
    `${option} must be more than 0 and at most ${longestDelay} ms, got ${milliseconds}`,
  );
}
