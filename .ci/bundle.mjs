/**
 * Puts the command, which the compiler has written as a module for each source, and the packages that it uses into few
 * files: Node takes most of a start to find and open 1,200 modules. It replaces `dist/cli/main.js`, so that everything
 * that starts the command starts the bundle; the modules of the public API stay what the compiler has written.
 *
 * Nothing is minified: a stack trace names our functions, and the source maps name our files. What the packages ask of
 * those who pass them on, their licences, is written to `dist/LICENSES.txt`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');

/** Loaded by a browser's first page and by the first address: they stay packages, as no start needs them. */
const external = ['@graphql-yoga/render-graphiql', 'ipaddr.js'];
/** Packages that others look for, and do without. */
const optional = ['bufferutil', 'protobufjs/minimal', 'utf-8-validate'];

/** The compiler's own source maps, so that those of the bundle lead to the sources. */
const compilersMaps = {
  name: 'compilers-maps',
  load(id) {
    if (!id.startsWith(dist)) return null;
    return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') };
  },
};

const bundle = await rolldown({
  cwd: root,
  input: { 'cli/main': join(dist, 'cli/main.js') },
  platform: 'node',
  external: [...external, ...optional],
  plugins: [compilersMaps],
  onLog(level, { code, message }) {
    if (level === 'warn') throw new Error(`${code}: ${message}`);
  },
});
const { output } = await bundle.write({
  dir: dist,
  // Beside the package's own modules, since `version.ts` reads what is one folder up.
  chunkFileNames: '[name].bundle.js',
  sourcemap: true,
  sourcemapExcludeSources: true,
});

const folders = new Set();
for (const { moduleIds = [] } of output)
  for (const id of moduleIds) {
    const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/')) ?? [];
    if (folder !== undefined) folders.add(folder);
  }

const notice = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version}: ${license}`, ...texts].join('\n\n');
};
const notices = new Set([...folders].map(notice));
writeFileSync(join(dist, 'LICENSES.txt'), `${[...notices].sort().join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
