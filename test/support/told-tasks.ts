/** What a gateway tells of the tasks of a tour, held field by field against the ledger. */
import { expect } from 'vitest';
import { eventually } from './eventually.js';
import type { TestGateway } from './gateway.js';
import { expected, type TourEntry, type TourSetting } from './tour.js';

const fields = `id name state source args kwargs result exception retries hostname rootId parentId rejectedAt`;
const batch = 200;

type Told = Readonly<Record<string, unknown>> & { readonly id: string };

/** Each asked for by its id, in batches. */
async function tell(gateway: TestGateway, ids: readonly string[]): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for (let from = 0; from < ids.length; from += batch) {
    const aliases = ids
      .slice(from, from + batch)
      .map((id, n) => `t${n}: task(id: "${id}", useCache: false) { ${fields} }`);
    const { data, errors } = await gateway.query<Record<string, Told | null>>(
      `{ ${aliases.join('\n')} }`,
    );
    expect(errors).toBeUndefined();
    for (const task of Object.values(data ?? {})) {
      if (task) told.set(task.id, { ...task, rejected: task['rejectedAt'] !== null });
    }
  }
  return told;
}

/** The events of the last tasks may still be on their way, so it may take a moment. */
export async function expectTold(
  gateway: TestGateway,
  ledger: readonly TourEntry[],
  setting: TourSetting,
): Promise<void> {
  let open = ledger;
  await eventually(async () => {
    const told = await tell(
      gateway,
      open.map(({ id }) => id),
    );
    const wrong = open.filter((entry) => !isTold(entry, told.get(entry.id), setting));
    open = wrong;
    const [first] = wrong;
    if (first) {
      expect(told.get(first.id), `${wrong.length} tasks differ, ${first.kind} among them`).toMatchObject(
        whole(first, setting, told.get(first.id)),
      );
    }
  }, 10_000);
}

function isTold(entry: TourEntry, told: Told | undefined, setting: TourSetting): boolean {
  return Object.entries(whole(entry, setting, told)).every(([field, value]) => told?.[field] === value);
}

/** A task that ends without an event is STARTED until its worker has been asked for it. */
const missed = { state: 'END_UNKNOWN', source: 'INSPECT' } as const;

/** Where a sender or the result backend can know a field, that is what it must be. */
function whole(entry: TourEntry, setting: TourSetting, told: Told | undefined): Record<string, unknown> {
  const { id, name, args, kwargs, root, parent, backend } = entry;
  const known = { args, kwargs, rootId: root, parentId: parent, hostname: backend.worker };
  return {
    id,
    name,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
    ...expected(entry, setting).told,
    ...(entry.kind === 'ignore' && told?.['state'] === missed.state && missed),
  };
}
