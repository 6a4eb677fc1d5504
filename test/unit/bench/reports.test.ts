import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../bench/support/reports.mjs';
import { merge, pagesOf, readResults } from '../../../bench/support/reports.mjs';

describe('pagesOf', () => {
  it('has bench/RESULTS.md and the README as they are: their figures are those of bench/results.json', async () => {
    const pages = await pagesOf(await readResults());
    expect(pages.map(([path]) => path.split('/').at(-1))).toEqual(['RESULTS.md', 'README.md']);
    for (const [path, text] of pages) expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('shows what was measured of each goal in both, whether it was reached or not', async () => {
    const post = { id: 'post', what: 'page, POST', atLeast: 0.7, value: 0.75, reached: true };
    const wait = { id: 'p99', what: 'p99', unit: 'ms', atMost: 3, value: 8, reached: false };
    const hot = { name: 'hot', title: 'A cached page', rows: [], goals: [post, wait], notes: [] };
    const machine = { date: '2026-11-29', node: 'v20.20.2', cpu: '2 × a CPU', pinned: true };
    const [page, readme] = (await pagesOf({ subjects: [{ ...hot, machine }] })).map(([, text]) => text);
    expect(page).toMatch(/\| page, POST +\| at least 0\.7 +\| 0\.75 +\| reached +\|/);
    expect(readme).toContain(
      '- **Reached.** `hot`: page, POST 0.75 (at least 0.7).\n' +
        '- **Not reached.** `hot`: p99 8.00 ms (at most 3 ms).\n',
    );
  });
});

describe('merge', () => {
  it('replaces what was measured again and keeps the rest', () => {
    const subject = (name: string, title: string) => ({ name, title, rows: [], goals: [], notes: [] });
    const [old, now] = ['2026-11-01', '2026-11-29'].map((date) => ({
      date,
      node: 'v20.20.2',
      cpu: '2 × a CPU',
      pinned: true,
    })) as [Machine, Machine];
    const before = {
      subjects: [
        { ...subject('hot', 'before'), machine: old },
        { ...subject('cold', 'before'), machine: old },
      ],
    };
    const { subjects } = merge(before, now, [subject('hot', 'after'), subject('engine', 'after')]);
    expect(subjects.map(({ name, title, machine }) => [name, title, machine.date])).toEqual([
      ['hot', 'after', '2026-11-29'],
      ['cold', 'before', '2026-11-01'],
      ['engine', 'after', '2026-11-29'],
    ]);
  });
});
