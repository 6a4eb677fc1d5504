/** What a process takes from its machine, as Linux counts it; elsewhere as the process itself reports it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { messageOf } from './processes.mjs';

/** What /proc counts processor time by, on every Linux. */
const ticksPerSecond = 100;

const hasProc = existsSync('/proc/self/stat');
const reporter = new URL('./usage-reporter.mjs', import.meta.url).href;

/** Options of Node and of `start` by which a process can be measured here. */
export const measurable = hasProc
  ? { nodeArgs: [], ipc: false }
  : { nodeArgs: ['--import', reporter], ipc: true };

async function reported(child) {
  child.send('usage');
  return await messageOf(child);
}

/** Microseconds of processor time of all threads, in user and in system mode, since the process started. */
export async function cpuMicros(child) {
  if (!hasProc) return (await reported(child)).cpuMicros;
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

/** Bytes of resident memory. */
export async function residentBytes(child) {
  if (!hasProc) return (await reported(child)).residentBytes;
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
