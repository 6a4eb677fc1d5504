/** The children of a process and their children: Linux's /proc has the id of each parent. */
import { readdir, readFile } from 'node:fs/promises';
import { eventually } from './eventually.js';
import { killQuietly } from './leftovers.js';

export interface Descendant {
  readonly pid: number;
  /** Clock ticks since the machine started: distinguishes a process from a later one with the same id. */
  readonly started: string;
}

interface Stat extends Descendant {
  readonly ppid: number;
}

/** Its children, their children and so on, in no particular order. */
export async function descendants(pid: number): Promise<Descendant[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(names.map((name) => stat(Number(name))))).flatMap((one) => one ?? []);
  const found: Stat[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = all.filter(({ ppid }) => parents.has(ppid));
    found.push(...children);
    parents = new Set(children.map((child) => child.pid));
  }
  return found.map((child) => ({ pid: child.pid, started: child.started }));
}

/** Gives them a moment to end by themselves, then kills those that are left; resolves when all are gone. */
export async function endAll(processes: readonly Descendant[], graceMs = 2_000): Promise<void> {
  const gone = async () => {
    if ((await alive(processes)).length > 0) throw new Error('some processes are still there');
  };
  await eventually(gone, graceMs).catch(async () => {
    for (const { pid } of await alive(processes)) killQuietly(pid);
    await eventually(gone);
  });
}

/** Those that have not ended. */
export async function alive(processes: readonly Descendant[]): Promise<Descendant[]> {
  const now = await Promise.all(processes.map(({ pid }) => stat(pid)));
  return processes.filter(({ started }, n) => now[n]?.started === started);
}

/** Undefined when it is gone, or only waits for its parent to take note of its end. */
async function stat(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // "pid (any text) state ppid ...", of which the 22nd field is the start time.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return { pid, ppid: Number(fields[1]), started: fields[19] ?? '' };
}
