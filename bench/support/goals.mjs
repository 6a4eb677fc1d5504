/** What each subject must reach, and whether it did. */
import { formatNumber } from './table.mjs';

/**
 * @param goals rows of a subject: `{ id, what, unit?, atLeast? | atMost? }`
 * @param values what was measured, by id; a goal without one counts as not measured
 */
export function judge(goals, values) {
  return goals.map((goal) => {
    const value = values[goal.id] ?? null;
    const isKnown = value !== null && Number.isFinite(value);
    const reached = goal.atLeast === undefined ? value <= goal.atMost : value >= goal.atLeast;
    return { ...goal, value: isKnown ? value : null, reached: isKnown ? reached : null };
  });
}

const verdicts = new Map([
  [true, 'reached'],
  [false, 'not reached'],
  [null, 'not measured'],
]);

export function goalRow({ what, unit = '', atLeast, atMost, value, reached }) {
  const bound =
    atLeast === undefined ? `at most ${formatBound(atMost)}` : `at least ${formatBound(atLeast)}`;
  return {
    goal: what,
    aim: `${bound} ${unit}`.trim(),
    measured: value === null ? '-' : `${formatNumber(value)} ${unit}`.trim(),
    result: verdicts.get(reached),
  };
}

const formatBound = (bound) => bound.toLocaleString('en-US');
