/** Tables of `docs`, and fields of an operation, that the code knows; `npm run docs` writes them. */
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { cacheCounterNames } from '../../src/cache/cache-counters.js';
import { errorCodes } from '../../src/error-codes.js';
import { prefix, series } from '../../src/prometheus/series.js';
import { readPage } from '../support/documentation.js';

const code = (text: string): string => `\`${text}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

const generated = {
  'docs/errors.md': {
    name: 'errors',
    text: table(
      ['Code', 'Status', 'What it means'],
      Object.entries(errorCodes).map(([name, { status, description }]) => [
        code(name),
        String(status),
        description,
      ]),
    ),
  },
  'docs/prometheus.md': {
    name: 'series',
    text: table(
      ['Series', 'Type', 'Labels', 'What it says'],
      Object.entries(series).map(([name, { type, labels, help }]) => [
        code(`${prefix}${name}`),
        type,
        labels.map(code).join(' '),
        help,
      ]),
    ),
  },
} as const;

it.each(Object.entries(generated))(
  '%s has the table that the code has',
  async (page, { name, text }) => {
    const block = new RegExp(`(<!-- ${name}:begin -->\n)[^]*?(<!-- ${name}:end -->)`);
    const current = readPage(page);
    expect(current).toMatch(block);
    const wanted = current.replace(block, (_, begin, end) => `${begin}\n${text}\n${end}`);
    await expect(wanted).toMatchFileSnapshot(resolve(page));
  },
);

it('the operation of GET /cache/stats selects every counter', async () => {
  const path = 'schema/operations/cache.graphql';
  const current = readPage(path);
  const block = /(# counters:begin.*\n)[^]*?( *# counters:end\n)/;
  expect(current).toMatch(block);
  const fields = cacheCounterNames.map((name) => `    ${name}\n`).join('');
  const wanted = current.replace(block, (_, begin, end) => `${begin}${fields}${end}`);
  await expect(wanted).toMatchFileSnapshot(resolve(path));
});
