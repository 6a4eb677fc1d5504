/**
 * The last resort against processes that outlive a test run: whatever is still listed when this
 * process exits is killed by its id. Tests stop their servers themselves; this is for a run that crashed.
 */
const leftovers = new Set<number>();

process.on('exit', killLeftovers);
// vitest ends the process of a test file with SIGTERM, upon which Node would exit without saying so.
process.once('SIGTERM', () => {
  killLeftovers();
  process.kill(process.pid, 'SIGTERM');
});

function killLeftovers(): void {
  for (const target of leftovers) killQuietly(target);
}

/** `target` is a process id, or the negative id of a process group, as `process.kill` takes them. */
export function own(target: number): void {
  leftovers.add(target);
}

export function disown(target: number): void {
  leftovers.delete(target);
}

/** SIGKILL; a process or group that is gone already is no error. */
export function killQuietly(target: number): void {
  signalQuietly(target, 'SIGKILL');
}

export function signalQuietly(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
