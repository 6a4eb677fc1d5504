/** Microseconds are what Celery and the clocks measure: digits behind them come from the arithmetic. */
export function roundSeconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
