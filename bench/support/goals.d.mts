export interface Goal {
  readonly id: string;
  readonly what: string;
  readonly unit?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface JudgedGoal extends Goal {
  /** Null if it was not measured. */
  readonly value: number | null;
  /** Null if it was not measured. */
  readonly reached: boolean | null;
}

export function judge(
  goals: readonly Goal[],
  values: Readonly<Record<string, number | null>>,
): JudgedGoal[];
export function goalRow(goal: JudgedGoal): Record<string, string>;
