/** How regularly a key is read; milliseconds. */
export interface Rhythm {
  readonly lastRead: number;
  readonly gaps: number;
  /** Of the gaps, and of how far they are from it; the latest counts a quarter. */
  readonly mean: number;
  readonly deviation: number;
}

const weight = 0.25;
/** Gaps before anything is expected. */
const learned = 4;
/** So many times longer or shorter than usual, a gap is none of this rhythm: a page was closed, or opened. */
const another = 2.5;
/** Readers that come less often are not expected. */
export const longestGap = 600_000;

/** Reads that come within `burst` of one another are those of one page, and count as one. */
export function withRead(rhythm: Rhythm | undefined, now: number, burst: number): Rhythm {
  if (!rhythm) return { lastRead: now, gaps: 0, mean: 0, deviation: 0 };
  const { lastRead, gaps, mean, deviation } = rhythm;
  const gap = now - lastRead;
  if (gap < burst) return rhythm;
  if (gaps > 0 && gap > another * mean) return { lastRead: now, gaps: 0, mean: 0, deviation: 0 };
  if (gaps === 0 || gap * another < mean) return { lastRead: now, gaps: 1, mean: gap, deviation: 0 };
  const beat = gap / Math.max(1, Math.round(gap / mean)); // one that stayed away has not changed the rhythm
  return {
    lastRead: now,
    gaps: gaps + 1,
    mean: mean + weight * (beat - mean),
    deviation: deviation + weight * (Math.abs(beat - mean) - deviation),
  };
}

/**
 * Whether the next read can be predicted well enough that a value with this TTL, loaded before it, is fresh when it
 * comes.
 */
export function isRegular({ gaps, mean, deviation }: Rhythm, ttl: number): boolean {
  return gaps >= learned && mean <= longestGap && deviation <= Math.min(mean, ttl) / 5;
}
