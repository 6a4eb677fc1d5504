/**
 * Looks at many tasks, in slices. Tasks change between two slices: those that did are looked at once more, without an
 * interruption, so that the result is what one look at its very end would have shown.
 */
import type { SlicedWork } from '../../slices.js';
import type { TaskTest } from './task-condition.js';
import { holds } from './task-page.js';
import type { TaskRecord } from './task-record.js';
import type { TaskView } from './task-view.js';

/** Tasks looked at between two places where the work can be interrupted. */
export const tasksPerStep = 256;
/** Where more change than can be looked at, it ends all the same, with one long step. */
const maxRounds = 20;

export interface ScanSource {
  /** Calls back with each task that comes, changes or leaves; returns what stops it. */
  readonly onChange: (listener: (record: TaskRecord) => void) => () => void;
  /** Whether the store has it still. */
  readonly has: (record: TaskRecord) => boolean;
}

export interface ScanOptions {
  /** What the lists do not see to. */
  readonly tests: readonly TaskTest[];
  /** The same, and what the lists see to. */
  readonly allTests: readonly TaskTest[];
  readonly source: ScanSource;
}

/** The tasks of the lists that pass the tests, in no order. */
export function* passingTasks(
  lists: readonly TaskView[],
  { tests, allTests, source }: ScanOptions,
): SlicedWork<readonly TaskRecord[]> {
  // Views end with the next change.
  const all = lists.flatMap(recordsOf);
  if (all.length <= tasksPerStep) return all.filter((record) => holds(tests, record));
  const changed = new Set<TaskRecord>();
  const stop = source.onChange((record) => changed.add(record));
  try {
    const passing = new Set<TaskRecord>();
    for (const [at, record] of all.entries()) {
      if (holds(tests, record)) passing.add(record);
      if (at % tasksPerStep === tasksPerStep - 1) yield;
    }
    const lookAgain = (record: TaskRecord): void => {
      changed.delete(record);
      if (source.has(record) && holds(allTests, record)) passing.add(record);
      else passing.delete(record);
    };
    for (let round = 0; changed.size > tasksPerStep && round < maxRounds; round++) {
      for (const [at, record] of [...changed].entries()) {
        lookAgain(record);
        if (at % tasksPerStep === tasksPerStep - 1) yield;
      }
    }
    for (const record of changed) lookAgain(record);
    return [...passing];
  } finally {
    stop();
  }
}

function recordsOf(list: TaskView): TaskRecord[] {
  const walk = list.walk({ from: null, backward: false, inclusive: true });
  const records: TaskRecord[] = [];
  for (let record = walk.next(); record !== undefined; record = walk.next()) records.push(record);
  return records;
}
