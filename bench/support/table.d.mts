import type { Summary } from './statistics.mjs';

export type Cell = string | number | null | Summary;

export function formatNumber(value: number | null): string;
export function table(rows: readonly Readonly<Record<string, Cell>>[]): string;
