/**
 * What each feature of the cache costs and brings, with and without it.
 *
 *     npm run bench:features [-- name of a feature] [-- --write]
 *
 * `--write` puts the table into docs/caching-benchmarks.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { features, table } from './features/index.mjs';

const page = new URL('../docs/caching-benchmarks.md', import.meta.url);
const block = /(<!-- features:begin -->\n)[^]*?(<!-- features:end -->)/;

const [wanted] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const write = process.argv.includes('--write');
if (write && wanted !== undefined)
  throw new Error('docs/caching-benchmarks.md shows every feature: --write takes no name');

const rows = [];
for (const feature of features.filter(({ name }) => name.includes(wanted ?? '')))
  rows.push(
    ...(await feature.run((path) => import(new URL(path, new URL('../dist/', import.meta.url)).href))),
  );
console.log(table(rows));

if (write) {
  const text = await readFile(page, 'utf8');
  if (!block.test(text))
    throw new Error(
      'docs/caching-benchmarks.md has no place for the table: features:begin, features:end',
    );
  await writeFile(
    page,
    text.replace(block, (_, begin, end) => `${begin}\n${table(rows)}\n\n${end}`),
  );
}
