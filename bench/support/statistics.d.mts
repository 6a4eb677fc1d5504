export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function quantile(samples: ArrayLike<number>, fraction: number): number;
export function median(samples: ArrayLike<number>): number;
export function summarise(samples: ArrayLike<number>): Summary;
export function ratioOf(samples: readonly number[], baseline: readonly number[]): Summary;
