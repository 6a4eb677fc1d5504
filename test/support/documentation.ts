/** The documentation as tests read it: the README and the pages of `docs`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** @param page a path from the root, such as `docs/access.md` */
export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** The README and all pages of `docs`, as paths from the root. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The rows of a page's tables, without the blanks around their cells: `|a|b|`. */
export function tableRows(page: string): readonly string[] {
  return readPage(page)
    .split('\n')
    .map((line) => line.replaceAll(/ *\| */g, '|'));
}

/** The text of a page in one line, for statements that are wrapped. */
export function unwrapped(page: string): string {
  return readPage(page).replaceAll(/\s+/g, ' ');
}
