/** What is left of many samples: the middle, the spread, and the share of the late ones. */

/**
 * Linear interpolation between the two nearest samples, as NumPy does by default.
 *
 * @param fraction from 0 to 1
 * @returns NaN without samples
 */
export function quantile(samples, fraction) {
  if (samples.length === 0) return NaN;
  const sorted = Float64Array.from(samples).sort();
  const position = (sorted.length - 1) * fraction;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export const median = (samples) => quantile(samples, 0.5);

/** The median of several rounds, with the least and the greatest of them. */
export function summarise(samples) {
  return { median: median(samples), min: quantile(samples, 0), max: quantile(samples, 1) };
}

/**
 * How two series of the same rounds relate. Each round has a ratio of its own, so that what slows the machine down for a
 * while slows both parts of a ratio.
 *
 * @throws RangeError if the two have not the same number of rounds
 */
export function ratioOf(samples, baseline) {
  if (samples.length !== baseline.length)
    throw new RangeError(`${samples.length} rounds cannot be compared with ${baseline.length}`);
  return summarise(samples.map((sample, round) => sample / baseline[round]));
}
