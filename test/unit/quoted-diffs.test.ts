/** The diffs that CONTRIBUTING.md quotes can be applied: their files have the lines that they keep and remove. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage } from '../support/documentation.js';

interface QuotedFile {
  readonly path: string;
  /** Lines of each hunk that the file has before the change, in their order; a hunk has no gaps. */
  readonly hunks: readonly (readonly string[])[];
  readonly added: readonly string[];
}

/** The files of one fenced diff, each under a line such as `--- src/errors.ts`, with hunks between lines `@@`. */
function filesOf(diff: string): readonly QuotedFile[] {
  return diff
    .split(/^--- /m)
    .slice(1)
    .map((section) => {
      const [path = '', ...lines] = section.trimEnd().split('\n');
      const hunks = lines.join('\n').split(/^@@$/m).slice(1);
      const before = hunks.map((hunk) => hunk.split('\n').filter((line) => /^[ -]/.test(line)));
      return {
        path,
        hunks: before.map((hunk) => hunk.map((line) => line.slice(1))),
        added: lines.filter((line) => line.startsWith('+')),
      };
    });
}

const section = readPage('CONTRIBUTING.md').split('### One place for each')[1]?.split('\n## ')[0] ?? '';
const quoted = [...section.matchAll(/^\*\*(.+?)\*\*[^]*?^```diff\n([^]*?)^```$/gm)].map(
  ([, name = '', diff = '']) => [name, filesOf(diff)] as const,
);

describe('CONTRIBUTING.md', () => {
  it('quotes a diff for each thing that is one row', () => {
    expect(quoted.map(([name]) => name)).toEqual([
      'A cached field',
      'An inspect command',
      'A setting',
      'A cache option',
      'A counter',
      'A task filter',
      'A REST route',
    ]);
  });

  it.each(quoted)('%s: the diff fits the files that it names', (_name, files) => {
    expect(files).not.toEqual([]);
    for (const { path, hunks, added } of files) {
      expect(existsSync(resolve(path)), path).toBe(true);
      const text = readPage(path);
      for (const hunk of hunks) {
        expect(hunk).not.toEqual([]);
        expect(text).toContain(`${hunk.join('\n')}\n`);
      }
      expect(added).not.toEqual([]);
    }
  });
});
