/**
 * Writes the bill of materials of a release, sbom.cdx.json (CycloneDX): every package that the lock has for production,
 * with version, licence and hash. `npm pack` calls it, so that the packed file holds it.
 *
 * npm lists all packages, and the lock says which of them are for development alone: npm's own `--omit dev` also leaves
 * out those that both need, such as graphql.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));
const { name } = read('package.json');
const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
const bill = JSON.parse(
  execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  }),
);

const shipped = new Set();
for (const [path, { version, dev }] of Object.entries(read('package-lock.json').packages))
  if (path !== '' && dev !== true) shipped.add(`${path.split('node_modules/').at(-1)}@${version}`);
const main = bill.metadata.component['bom-ref'];
const isShipped = (ref) => ref === main || shipped.has(ref);

bill.metadata.component.name = name; // npm takes the folder's
bill.components = bill.components.filter((component) => isShipped(component['bom-ref']));
bill.dependencies = bill.dependencies
  .filter(({ ref }) => isShipped(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isShipped) }));
writeFileSync(new URL('sbom.cdx.json', root), `${JSON.stringify(bill, null, 2)}\n`);
