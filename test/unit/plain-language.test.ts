/** Texts that users read avoid the words of a private dialect, which hide who acts. */
import { readdirSync, readFileSync } from 'node:fs';
import { printSchema } from 'graphql';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { helpText } from '../../src/cli/help.js';
import { schema } from '../../src/graphql/schema.js';

const avoided = /\b(?:told|tells?|untold|nobody|whoever|somebody|of late)\b/i;
const source = new URL('../../src/', import.meta.url);

/** Its strings and the constant parts of its templates that are prose: those with a space. */
function proseIn(file: string): string[] {
  const scanned = ts.createSourceFile(
    file,
    readFileSync(new URL(file, source), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    )
      texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(scanned);
  return texts.filter((text) => text.includes(' '));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

describe('texts that users read', () => {
  it('are free of the avoided words in the schema', () => {
    const lines = printSchema(schema).split('\n');
    expect(lines.filter((line) => avoided.test(line))).toEqual([]);
  });

  it('are free of them in --help', () => {
    expect(
      helpText()
        .split('\n')
        .filter((line) => avoided.test(line)),
    ).toEqual([]);
  });

  it('are free of them in errors, log lines and all other strings', () => {
    expect(files.length).toBeGreaterThan(300);
    const found = files.flatMap((file) =>
      proseIn(file)
        .filter((text) => avoided.test(text))
        .map((text) => `${file}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});
