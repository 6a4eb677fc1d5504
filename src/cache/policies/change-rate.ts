/** What the loads of one key have shown about how often its value changes. */
export interface Changes {
  /** Loads compared with the one before them, the older ones counting less and less. */
  readonly comparisons: number;
  /** How many of them differed. */
  readonly differences: number;
  /** The time between them all, milliseconds. */
  readonly span: number;
}

export const nothingKnown: Changes = { comparisons: 0, differences: 0, span: 0 };

/** What is kept of the past at each comparison: about the last ten count. */
const remembered = 0.9;

export function compared(
  { comparisons, differences, span }: Changes,
  { differed, gap }: { readonly differed: boolean; readonly gap: number },
): Changes {
  return {
    comparisons: remembered * comparisons + 1,
    differences: remembered * differences + (differed ? 1 : 0),
    span: remembered * span + gap,
  };
}

/**
 * Changes per millisecond: Cho and Garcia-Molina, Estimating Frequency of Change, ACM TOIT 3(3), 2003. A load cannot
 * distinguish one change since the last from several; the logarithm corrects for that, and the halves for small numbers.
 */
export function changeRate({ comparisons, differences, span }: Changes): number {
  if (span === 0 || differences === 0) return 0;
  const unchanged = (comparisons - differences + 0.5) / (comparisons + 0.5);
  return (-Math.log(unchanged) * comparisons) / span;
}

/**
 * The product of change rate and TTL at which a value is out of date for this fraction of its life, on average:
 * the x at which 1 - (1 - e^-x) / x is the fraction.
 */
export function changesPerTtl(outOfDate: number): number {
  let [low, high] = [0, 100];
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2;
    if (1 + Math.expm1(-x) / x > outOfDate) high = x;
    else low = x;
  }
  return low;
}
