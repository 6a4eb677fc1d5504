import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// graphql 16 has `main` and `module` but no `exports`: without the alias our files load index.mjs and the
// libraries index.js, and every `instanceof` between the two copies fails ("Duplicate graphql modules").
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

/** They measure time, memory or load, so nothing else may run beside them. */
const alone = [
  'broadcasts',
  'bursts',
  'costly-documents',
  'deadline',
  'hostile',
  'idle',
  'shared-cache',
  'slow-readers',
  'stall',
  'storm',
].map((name) => `test/integration/${name}.test.ts`);

/**
 * They replace modules, count entries of functions from before these are compiled, or count all timers of the process,
 * to which the end of another file's work may add one.
 */
const needsOwnModules = /vi\.mock\(|linear-work\.js|getTimerCount/;

/** What names no program to `describeWith` or the matrix runs on a machine with Node alone, and the same on any. */
const namesPrograms = /describe(With|Each|One)/;
const withNodeAlone = readdirSync('test/integration', { recursive: true, encoding: 'utf8' })
  .map((file) => `test/integration/${file}`)
  .filter((path) => path.endsWith('.test.ts') && !namesPrograms.test(readFileSync(path, 'utf8')));

/** To load the modules again for each file took more time than the tests themselves: the files of a project share them. */
function inProcess(name: 'unit' | 'http', settings: object) {
  const isolated = readdirSync(`test/${name}`, { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${name}/${file}`)
    .filter((path) => path.endsWith('.test.ts') && needsOwnModules.test(readFileSync(path, 'utf8')));
  const include = [`test/${name}/**/*.test.ts`];
  // vitest would leave one processor to a watching developer, which is half of two.
  const test = { ...settings, maxWorkers: '100%', testTimeout: 120_000, hookTimeout: 120_000 };
  return [
    { resolve, test: { ...test, name, include, exclude: isolated, isolate: false } },
    { resolve, test: { ...test, name: `${name}-isolated`, include: isolated } },
  ];
}

const integration = {
  globalSetup: ['test/support/build-setup.ts', 'test/support/shared-rabbitmq-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Real servers on a shared machine are late now and then; the report names each test that needed it.
  retry: process.env['CI'] === 'true' ? 1 : 0,
};

export default defineConfig({
  test: {
    projects: [
      ...inProcess('unit', { setupFiles: ['test/support/in-memory-setup.ts'] }),
      ...inProcess('http', {}),
      {
        resolve,
        test: {
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          maxWorkers: '100%',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        // Brokers and workers mostly wait, so that two processors have time for three files at once.
        test: {
          ...integration,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...alone, ...withNodeAlone],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        test: {
          ...integration,
          name: 'integration-bare',
          include: withNodeAlone,
          exclude: alone,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        test: {
          ...integration,
          name: 'integration-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
