/** A finding that calls for a change of the cache's settings, with the numbers behind it. */
export interface CacheAdvice {
  readonly kind: 'LOW_HIT_RATE' | 'FREQUENT_EVICTIONS' | 'HIGH_UTILIZATION';
  readonly message: string;
  readonly value: number;
  readonly threshold: number;
}

/** The figures that advice is drawn from. */
export interface CacheFigures {
  readonly totalRequests: number;
  readonly hitRatePercent: number;
  readonly utilizationPercent: number;
  readonly evictionsLastHour: number;
}

/** Below so many requests a hit rate says more about the start than about the cache. */
const meaningfulRequests = 20;

interface Rule {
  readonly kind: CacheAdvice['kind'];
  readonly threshold: number;
  readonly value: (figures: CacheFigures) => number;
  readonly applies: (figures: CacheFigures) => boolean;
  readonly message: (value: number) => string;
}

/** The limits that the requirements call unhealthy, one row each. */
const rules: readonly Rule[] = [
  {
    kind: 'LOW_HIT_RATE',
    threshold: 60,
    value: ({ hitRatePercent }) => hitRatePercent,
    applies: ({ totalRequests, hitRatePercent }) =>
      totalRequests >= meaningfulRequests && hitRatePercent < 60,
    message: (value) =>
      `Only ${value} % of reads were hits: a longer TTL answers more of them from memory.`,
  },
  {
    kind: 'FREQUENT_EVICTIONS',
    threshold: 10,
    value: ({ evictionsLastHour }) => evictionsLastHour,
    applies: ({ evictionsLastHour }) => evictionsLastHour > 10,
    message: (value) =>
      `${value} live entries were crowded out within the last hour: raise the maximum size.`,
  },
  {
    kind: 'HIGH_UTILIZATION',
    threshold: 70,
    value: ({ utilizationPercent }) => utilizationPercent,
    applies: ({ utilizationPercent }) => utilizationPercent > 70,
    message: (value) => `${value} % full: evictions will follow unless the maximum size is raised.`,
  },
];

export function cacheAdvice(figures: CacheFigures): CacheAdvice[] {
  return rules
    .filter((rule) => rule.applies(figures))
    .map(({ kind, threshold, value, message }) => {
      const number = value(figures);
      return { kind, message: message(number), value: number, threshold };
    });
}
