/** `celeryql --help` answers at once: what it loads is found by following the imports of the command. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const source = new URL('../../../src/', import.meta.url);
/** Imports that are loaded with the module; those of types are not, and `import(...)` is loaded later. */
const imports = /^(?:import|export) (?!type\b)(?:[^'";]*\bfrom )?'([^']+)'/gm;

/** Packages that the modules reached from one module import. */
function packagesOf(entry: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const modules = new Set([new URL(entry, source).href]);
  for (const href of modules) {
    for (const [, name = ''] of readFileSync(new URL(href), 'utf8').matchAll(imports)) {
      if (name.startsWith('.')) modules.add(new URL(name.replace(/\.js$/, '.ts'), href).href);
      else if (!name.startsWith('node:')) packages.add(name);
    }
  }
  return packages;
}

it('loads only the packages of the settings before the gateway starts', () => {
  expect([...packagesOf('cli/main.ts')].sort()).toEqual(['zod']);
});

it('finds GraphQL where it is imported', () => {
  expect([...packagesOf('gateway.ts')]).toEqual(
    expect.arrayContaining(['graphql', 'graphql-yoga', '@pothos/core']),
  );
});
