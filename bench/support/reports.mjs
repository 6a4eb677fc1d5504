/** Where the figures are kept: `bench/results.json`, and what is written from it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './builds.mjs';
import { readmeBlock, readmeWith, resultsPage } from './results-page.mjs';

const [data, page, readme] = ['bench/results.json', 'bench/RESULTS.md', 'README.md'].map((path) =>
  join(root, path),
);

const formatted = async (path, text) => format(text, { ...(await resolveConfig(path)), filepath: path });

/** Figures of subjects that were not measured now stay as they are, with the date of their own. */
export function merge({ subjects }, machine, measured) {
  const now = new Map(measured.map((subject) => [subject.name, { ...subject, machine }]));
  const kept = subjects.map((subject) => now.get(subject.name) ?? subject);
  const added = [...now.values()].filter(({ name }) => !subjects.some((old) => old.name === name));
  return { subjects: [...kept, ...added] };
}

export const readResults = async () => JSON.parse(await readFile(data, 'utf8'));

/** The pages as they are written: `[path, text]`. */
export async function pagesOf(results) {
  const withFigures = readmeWith(await readFile(readme, 'utf8'), readmeBlock(results));
  return [
    [page, await formatted(page, resultsPage(results))],
    [readme, await formatted(readme, withFigures)],
  ];
}

export async function writeReports(machine, measured) {
  const results = merge(await readResults(), machine, measured);
  await writeFile(data, await formatted(data, JSON.stringify(results)));
  for (const [path, text] of await pagesOf(results)) await writeFile(path, text);
}
