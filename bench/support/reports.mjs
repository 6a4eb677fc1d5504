/** Where the figures are kept: `bench/results.json`, and what is written from it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './builds.mjs';
import { readmeBlock, readmeWith, resultsPage } from './results-page.mjs';

const [data, page, readme] = ['bench/results.json', 'bench/RESULTS.md', 'README.md'].map((path) =>
  join(root, path),
);

const before = async () => JSON.parse(await readFile(data, 'utf8').catch(() => '{"subjects":[]}'));

/** Figures of subjects that were not measured now stay as they are, with their own date. */
export async function writeReports(machine, measured) {
  const measuredNow = new Map(measured.map((subject) => [subject.name, { ...subject, machine }]));
  const { subjects } = await before();
  const kept = subjects.map((subject) => measuredNow.get(subject.name) ?? subject);
  const added = [...measuredNow.values()].filter(
    ({ name }) => !subjects.some((old) => old.name === name),
  );
  const results = { subjects: [...kept, ...added] };
  const write = async (path, text) =>
    writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
  await write(data, JSON.stringify(results));
  await write(page, resultsPage(results));
  await write(readme, readmeWith(await readFile(readme, 'utf8'), readmeBlock(results)));
}
