/** How long to pause before the next try. */

/**
 * Milliseconds after so many failures in a row: each pause of the list once, then the last one again and again.
 * @param failures before the one that leads here
 */
export function pauseAfter(failures: number, pauses: readonly number[]): number {
  return pauses[Math.min(failures, pauses.length - 1)] ?? 0;
}

/** Pauses that double, from the first to the longest. */
export function doubling(first: number, longest: number): readonly number[] {
  const pauses: number[] = [];
  for (let pause = first; pause < longest; pause *= 2) pauses.push(pause);
  return [...pauses, longest];
}
