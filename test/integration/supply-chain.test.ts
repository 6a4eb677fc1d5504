/** What is shipped besides our own code: which packages, under which licences, and that none of them runs a script. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { programOutput } from '../support/program.js';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const lockedPackage = z.object({
  version: z.string(),
  dev: z.boolean().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
});
const lock = z.object({ packages: z.record(z.string(), lockedPackage) });
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  files: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
  engines: z.object({ node: z.string() }),
});
const { name, version, files, dependencies, engines } = manifest.parse(JSON.parse(read('package.json')));
const shipped = Object.entries(lock.parse(JSON.parse(read('package-lock.json'))).packages)
  .filter(([path, { dev }]) => path !== '' && dev !== true)
  .map(([path, locked]) => ({ name: path.split('node_modules/').at(-1) ?? path, ...locked }));

/** Licences that let anybody use, change and pass on the package, also as a part of something else. */
const licences = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'ISC', 'MIT', 'PSF-2.0'];

describe('packages of production', () => {
  it('have licences of the list', () => {
    expect(shipped.length).toBeGreaterThan(40);
    expect([...new Set(shipped.map(({ license }) => license))].sort()).toEqual(licences);
  });

  it('run no script when they are installed', () => {
    expect(shipped.filter(({ hasInstallScript }) => hasInstallScript === true)).toEqual([]);
  });

  it('are those of one exact version where we name them', () => {
    const inexact = Object.entries(dependencies).filter(([, wanted]) => !/^\d+\.\d+\.\d+$/.test(wanted));
    expect(inexact).toEqual([]);
  });
});

describe('the releases of Node that the README promises', () => {
  it('are those of package.json, and are installed on by CI, from the first one on', () => {
    const promise = /Node\.js (\d+\.\d+) or later \(of Node 22: (\d+\.\d+) or later\)/;
    const [, first = '', of22 = ''] = promise.exec(read('README.md')) ?? [];
    expect(engines.node).toBe(`>=${first}`);
    const [, installed = ''] = /^releases=\(([\d. ]+)\)$/m.exec(read('.ci/node-releases')) ?? [];
    expect(installed.split(' ')).toEqual([`${first}.0`, `${of22}.0`, '22', '24']);
  });
});

/** What CycloneDX 1.5 asks of a component of npm, and the licence and hash that it leaves open. */
const component = z.object({
  'bom-ref': z.string(),
  type: z.literal('library'),
  name: z.string().min(1),
  version: z.string(),
  purl: z.string().regex(/^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+\S*$/),
  hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) })),
  licenses: z.array(z.object({ license: z.object({ id: z.enum(licences) }) })).length(1),
});
const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  version: z.literal(1),
  metadata: z.object({
    timestamp: z.iso.datetime(),
    component: z.object({ 'bom-ref': z.string(), name: z.string(), version: z.string() }),
  }),
  components: z.array(component.extend({ hashes: component.shape.hashes.min(1) })),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

describe('the bill of materials', () => {
  let written: z.infer<typeof bill>;
  beforeAll(async () => {
    await programOutput(process.execPath, ['.ci/sbom.mjs'], { cwd: root });
    written = bill.parse(JSON.parse(read('sbom.cdx.json')));
  }, 60_000);

  it('is of this package, and comes with it', () => {
    expect(written.metadata.component).toEqual({ 'bom-ref': `${name}@${version}`, name, version });
    expect(files).toContain('sbom.cdx.json');
    expect(read('package.json')).toMatch(/"prepack": ".*npm run sbom"/);
  });

  it('names every package of production that the lock has, and no other', () => {
    const locked = new Set(shipped.map((each) => `${each.name}@${each.version}`));
    expect(written.components.map((each) => each['bom-ref']).sort()).toEqual([...locked].sort());
    for (const each of written.components)
      expect(decodeURIComponent(each.purl)).toBe(`pkg:npm/${each['bom-ref']}`);
  });

  it('says what depends on what, from this package down to each of them', () => {
    const edges = new Map(written.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const reached = new Set<string>();
    const reach = (ref: string): void => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const next of edges.get(ref) ?? []) reach(next);
    };
    reach(`${name}@${version}`);
    const all = [`${name}@${version}`, ...written.components.map((each) => each['bom-ref'])];
    expect([...reached].sort()).toEqual(all.sort());
  });
});

describe('SECURITY.md', () => {
  const text = read('SECURITY.md');

  it('names tests that exist', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('supports the version that it comes with', () => {
    const [major = '', minor = ''] = version.split('.');
    expect(text).toMatch(new RegExp(`\\| ${major}\\.${minor}\\.x +\\| yes`));
    expect(files).toContain('SECURITY.md');
  });
});
