export interface FeatureRow {
  readonly feature: string;
  readonly scenario: string;
  readonly variant: string;
  readonly loads: number | null;
  readonly waitingReadersPercent: number | null;
  readonly outOfDatePercent: number | null;
  readonly prefetches: { readonly used: number; readonly wasted: number } | null;
  readonly bytes: number | null;
  /** With its unit. */
  readonly time: string | null;
}

export interface Feature {
  readonly name: string;
  readonly simulated: boolean;
  readonly run: (open: (path: string) => Promise<unknown>) => Promise<readonly FeatureRow[]>;
}

export const features: readonly Feature[];
export function lines(rows: readonly FeatureRow[]): string[];
export function table(rows: readonly FeatureRow[]): string;
