/** What `docs` says is there: error codes, settings, metrics and the fields of the schema. */
import { readFileSync } from 'node:fs';
import { isEnumType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { taskStates } from '../../src/celery/states.js';
import { settings } from '../../src/config.js';
import { schema } from '../../src/graphql/schema.js';
import { series } from '../../src/prometheus/series.js';

const text = readFileSync(new URL('../../docs/celery.md', import.meta.url), 'utf8');
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
      ...Object.values(settings).flatMap(({ env }) => env),
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
