/**
 * What the documentation says is there: links, files, error codes, settings, metrics and the fields of the schema. How
 * it says it, too: the README is short, and the words are plain.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isEnumType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { taskStates } from '../../src/celery/states.js';
import { variables } from '../../src/config/config.js';
import { schema } from '../../src/graphql/schema.js';
import { series } from '../../src/prometheus/series.js';
import { pages, readPage } from '../support/documentation.js';

const text = readPage('docs/celery.md');
const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
const types = Object.values(schema.getTypeMap());
const fields = new Set(
  types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
  ),
);
const enumValues = types.flatMap((type) =>
  isEnumType(type) ? type.getValues().map(({ name }) => name) : [],
);

describe('docs/celery.md', () => {
  it('names metrics that are exposed', () => {
    const named = spans.flatMap((span) => /^celeryql_(\w+)/.exec(span)?.[1] ?? []);
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !(name in series))).toEqual([]);
  });

  it('names error codes, states and settings that exist', () => {
    const known = new Set([
      ...enumValues,
      ...variables,
      ...taskStates,
      'END_UNKNOWN',
      ...['OOM', 'MISCONF', 'NOREPLICAS', 'READONLY'], // Redis's words
      'CONFIGURATION_DIFFERS',
    ]);
    const named = spans.filter((span) => /^[A-Z]{3,}(_[A-Z]+)*$/.test(span));
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('selects fields that the schema has', () => {
    const selections = spans.filter((span) => /^\w+ \{ [\w {}]+ \}$/.test(span));
    expect(selections).not.toEqual([]);
    const named = selections.flatMap((selection) => selection.match(/\w+/g) ?? []);
    expect(named.filter((name) => !fields.has(name))).toEqual([]);
  });
});

const written = [...pages, 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');

/** Relative links of a page that lead nowhere: the file or the heading is missing. */
function brokenLinks(page: string): readonly string[] {
  const links = [...readPage(page).matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g)];
  return links.flatMap(([link, path = '', anchor]) => {
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(target)) return [link];
    if (anchor === undefined) return [];
    const headings = [...readPage(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
    return headings.map(anchorOf).includes(anchor) ? [] : [link];
  });
}

describe('the documentation', () => {
  it.each(written)('has no broken link in %s', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each(written)('names files that exist in %s', (page) => {
    const named = [...readPage(page).matchAll(/`((?:src|test|schema|bench|dashboard|docs)\/[^`\s]*)`/g)];
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(path));
    expect(missing).toEqual([]);
  });

  it('counts the files of each journey', () => {
    const [, ...journeys] =
      readPage('docs/architecture.md').split('## Journeys')[1]?.split('\n### ') ?? [];
    const counted = journeys.map((text) => {
      const files = new Set([...text.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, path]) => path));
      return [text.split(' (')[0], files.size] as const;
    });
    const stated = journeys.map((text) => [
      text.split(' (')[0],
      Number(/\((\d+) files\)/.exec(text)?.[1]),
    ]);
    expect(counted).toHaveLength(5);
    expect(stated).toEqual(counted);
  });

  // The tables that are generated have the words of the code.
  it.each(written)('has plain words in %s', (page) => {
    const prose = readPage(page).replaceAll(/<!-- (\w+):begin -->[^]*?<!-- \1:end -->/g, '');
    expect(prose.match(/\b(?:told|tells|nobody|whoever|somebody|of late)\b/gi) ?? []).toEqual([]);
  });

  it('has every page of docs in the README', () => {
    const unlisted = pages.slice(1).filter((page) => !readPage('README.md').includes(`](${page}`));
    expect(unlisted).toEqual([]);
  });

  it('has every file of test/support in CONTRIBUTING.md', () => {
    const files = readdirSync('test/support').filter((name) => name.endsWith('.ts'));
    const guide = readPage('CONTRIBUTING.md');
    expect(files.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the README', () => {
  it('has at most 180 lines', () => {
    expect(readPage('README.md').split('\n').length - 1).toBeLessThanOrEqual(180);
  });
});
