/** Compares what a gateway reports of the tasks of a tour with the ledger, field by field. */
import { expect } from 'vitest';
import { eventually } from './eventually.js';
import type { TestGateway } from './gateway.js';
import { expected, type TourEntry, type TourSetting } from './tour.js';

const fields = `taskId name state source args kwargs result exception retries hostname rootId parentId rejectedAt`;
const batch = 200;

type ReportedTask = Readonly<Record<string, unknown>> & { readonly taskId: string };

/** Each asked for by its id, in batches. */
async function readTasks(
  gateway: TestGateway,
  ids: readonly string[],
): Promise<Map<string, ReportedTask>> {
  const reported = new Map<string, ReportedTask>();
  for (let from = 0; from < ids.length; from += batch) {
    const aliases = ids
      .slice(from, from + batch)
      .map((id, n) => `t${n}: task(taskId: "${id}", useCache: false) { ${fields} }`);
    const { data, errors } = await gateway.query<Record<string, ReportedTask | null>>(
      `{ ${aliases.join('\n')} }`,
    );
    expect(errors).toBeUndefined();
    for (const task of Object.values(data ?? {})) {
      if (task) reported.set(task.taskId, { ...task, rejected: task['rejectedAt'] !== null });
    }
  }
  return reported;
}

/** The events of the last tasks may still be on their way, so it may take a moment. */
export async function expectReported(
  gateway: TestGateway,
  ledger: readonly TourEntry[],
  setting: TourSetting,
): Promise<void> {
  let open = ledger;
  await eventually(async () => {
    const reported = await readTasks(
      gateway,
      open.map(({ id }) => id),
    );
    const wrong = open.filter((entry) => !matches(entry, reported.get(entry.id), setting));
    open = wrong;
    const [first] = wrong;
    if (first) {
      expect(
        reported.get(first.id),
        `${wrong.length} tasks differ, ${first.kind} among them`,
      ).toMatchObject(expectedTask(first, setting, reported.get(first.id)));
    }
  }, 10_000);
}

function matches(entry: TourEntry, reported: ReportedTask | undefined, setting: TourSetting): boolean {
  return Object.entries(expectedTask(entry, setting, reported)).every(
    ([field, value]) => reported?.[field] === value,
  );
}

/** A task that ends without an event is STARTED until its worker has been asked for it. */
const missed = { state: 'END_UNKNOWN', source: 'INSPECT' } as const;

/** Where a sender or the result backend can know a field, that is what it must be. */
function expectedTask(
  entry: TourEntry,
  setting: TourSetting,
  reported: ReportedTask | undefined,
): Record<string, unknown> {
  const { id, name, args, kwargs, root, parent, backend } = entry;
  const known = { args, kwargs, rootId: root, parentId: parent, hostname: backend.worker };
  return {
    taskId: id,
    name,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
    ...expected(entry, setting).reported,
    ...(entry.kind === 'ignore' && reported?.['state'] === missed.state && missed),
  };
}
