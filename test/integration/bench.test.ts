/** The benchmark starts, measures and judges, as `npm run bench` runs it; what it measures here is not looked at. */
import { expect, it } from 'vitest';
import { runProgram } from '../support/program.js';
import { describeWith } from '../support/requirements.js';

interface Report {
  readonly subjects: readonly {
    readonly name: string;
    readonly goals: readonly { readonly id: string; readonly value: number | null }[];
  }[];
}

const bench = (...args: string[]) =>
  runProgram(process.execPath, ['bench/main.mjs', ...args], { timeout: 60_000 });

describeWith(['redis'], 'npm run bench', () => {
  it('prints the ratio to what stands beside it, the goals, and both as JSON', () => {
    const { status, stdout, stderr } = bench('engine', '--quick', '--rounds', '1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /\| hit +\| celeryql +\| [\d.]+ +\| \d+\.\d\d +\|\n\| hit +\| lru-cache fetch +\|/,
    );
    const { subjects } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
    expect(subjects.map(({ name, goals }) => [name, goals.map(({ id }) => id)])).toEqual([
      ['engine', ['rate', 'lru']],
    ]);
    for (const { value } of subjects[0]?.goals ?? []) expect(value).toBeGreaterThan(0);
  });

  it('starts a gateway and a broker of its own, without the limit of operations', () => {
    const { status, stdout, stderr } = bench('latency', '--quick', '--rounds', '1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('--rate-limit 0');
    // How many arrive in two seconds is the machine's affair.
    expect(stdout).toMatch(/\| taskEvents, SSE \|/);
  });

  it('names the subjects where one is unknown', () => {
    const { status, stderr } = bench('warm');
    expect(status).toBe(2);
    expect(stderr).toContain('no such subject: warm; there are hot, cold, ');
  });
});
