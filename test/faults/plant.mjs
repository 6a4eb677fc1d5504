/**
 * Checks the checks: plants each fault in a copy of the sources, runs the cache's tests against it, and fails if
 * any fault passes unnoticed. The working tree is never touched.
 *
 *   node test/faults/plant.mjs [part of a fault's name]
 *   node test/faults/plant.mjs --properties    what the property tests catch without the specification
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faults } from './faults.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const needed = [
  'package.json',
  'tsconfig.json',
  'src/cache',
  'src/errors.ts',
  'src/percent.ts',
  'test/vitest.config.ts',
  'test/unit/cache',
];
/** A fault may well make the cache hang; the whole suite takes a fraction of this. */
const deadline = 90_000;

/** The specification is quick and catches most; the properties take over where it lets a fault pass. */
const tests = (await readdir(join(repository, 'test/unit/cache'))).filter((name) =>
  name.endsWith('.test.ts'),
);
const isProperty = (name) => /\.(model|interleaving)\.test\.ts$/.test(name);
const properties = tests.filter(isProperty);
const specification = tests.filter((name) => !isProperty(name));

async function workbench() {
  const folder = await mkdtemp(join(tmpdir(), 'celeryql-faults-'));
  for (const path of needed) await cp(join(repository, path), join(folder, path), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** 'passed', 'failed' (some test did), 'hung', or 'broken': no test ran, so nothing was checked. */
function runTests(folder, names) {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const args = [
    'run',
    '--config',
    'test/vitest.config.ts',
    '--root',
    '.',
    '--project',
    'unit',
    '--bail',
    '1',
  ];
  const options = {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', PLANTED_FAULT: '1' },
    timeout: deadline,
    killSignal: 'SIGKILL',
  };
  const child = spawn(process.execPath, [vitest, ...args, '--no-file-parallelism', ...names], options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const by = /FAIL\s+(?:\S+\s+)?(test\S+ > .*)/.exec(output)?.[1] ?? '';
      if (signal !== null) resolve({ outcome: 'hung', by: '', output });
      else if (code === 0) resolve({ outcome: 'passed', by: '', output });
      else resolve({ outcome: by || /Unhandled/.test(output) ? 'failed' : 'broken', by, output });
    });
  });
}

/** A fault whose text is gone from the sources would change nothing, and be called missed for no reason. */
async function check({ name, file, find }) {
  const found = (await readFile(join(repository, file), 'utf8')).split(find).length - 1;
  if (found !== 1) throw new Error(`"${name}": its text occurs ${found} times in ${file}, not once`);
}

async function plant({ file, find, put }, folder) {
  const path = join(folder, file);
  const source = await readFile(path, 'utf8');
  await writeFile(
    path,
    source.replace(find, () => put),
  );
  try {
    const specified = propertiesOnly ? undefined : await runTests(folder, specification);
    return specified && specified.outcome !== 'passed' ? specified : await runTests(folder, properties);
  } finally {
    await writeFile(path, source);
  }
}

const propertiesOnly = process.argv.includes('--properties');
const wanted = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const queue = faults.filter(({ name }) => name.includes(wanted));
for (const fault of faults) await check(fault);
const folders = await Promise.all(
  Array.from({ length: Math.min(4, availableParallelism()) }, workbench),
);
const unnoticed = [];
const started = Date.now();

try {
  const sound = await runTests(folders[0], tests);
  if (sound.outcome !== 'passed')
    throw new Error(`The tests do not pass without a fault:\n${sound.output}`);
  const worker = async (folder) => {
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const { outcome, by, output } = await plant(fault, folder);
      const caught = outcome === 'failed' || outcome === 'hung';
      if (!caught) unnoticed.push(fault.name);
      console.log(`${caught ? 'caught' : 'MISSED'}  ${fault.name}${by && `\n          by ${by}`}`);
      if (outcome === 'broken') console.log(output);
    }
  };
  await Promise.all(folders.map(worker));
} finally {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

const seconds = Math.round((Date.now() - started) / 1_000);
const planted = faults.filter(({ name }) => name.includes(wanted)).length;
console.log(`\n${planted - unnoticed.length} of ${planted} faults caught in ${seconds} s`);
if (unnoticed.length > 0 || planted === 0) process.exitCode = 1;
