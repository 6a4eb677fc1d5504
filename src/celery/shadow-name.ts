/**
 * The name of a task in a worker's inspect reply. `name` is what its sender wants to be shown in logs and
 * monitors, the shadow name if it has given one; `type` is the task that the worker runs. Before 4.0 there is no `type`.
 */
import type { InspectLoader } from './inspect/inspect-loader.js';

interface NamedTask {
  readonly name?: string | null | undefined;
  readonly type?: string | null | undefined;
}

/** Null if the worker did not report any. */
export function taskNameOf({ name, type }: NamedTask): string | null {
  return type ?? name ?? null;
}

/** Null if the task is shown under its own name. */
export function shadowNameOf({ name, type }: NamedTask): string | null {
  if (name === null || name === undefined || type === null || type === undefined) return null;
  return name === type ? null : name;
}

/** Whether the name cannot be a shadow name. */
export function isNameCertain({ type }: NamedTask): boolean {
  return type !== null && type !== undefined;
}

/**
 * Whether workers can run a task of that name.
 * @param worker the one that had the task
 * @returns null if no worker has it, and not all replied, nor that one
 */
export async function isRegistered(
  inspect: Pick<InspectLoader, 'load'>,
  name: string,
  worker: string | null,
): Promise<boolean | null> {
  const { replies, silent } = await inspect.load('registered', { all: true });
  let isReplied = replies.size > 0 && silent.length === 0;
  for (const [hostname, reply] of replies) {
    if (!reply.ok) continue;
    // A worker adds options of the task: `demo.add [rate_limit=30/m]`.
    if (reply.value.some((task) => task === name || task.startsWith(`${name} [`))) return true;
    isReplied ||= hostname === worker;
  }
  return isReplied ? false : null;
}
