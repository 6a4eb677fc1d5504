import { defineConfig } from 'vitest/config';

// graphql 16 has `main` and `module` but no `exports`: without the alias our files load index.mjs and the
// libraries index.js, and every `instanceof` between the two copies fails ("Duplicate graphql modules").
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

/** They take a machine to themselves: they measure time or load, or build and start the program itself. */
const alone = [
  'broadcasts',
  'bursts',
  'cli',
  'costly-documents',
  'deadline',
  'fuzz',
  'harmless',
  'hostile',
  'idle',
  'leftovers',
  'shared-cache',
  'slow-readers',
  'stall',
  'storm',
  'support',
].map((name) => `test/integration/${name}.test.ts`);

const integration = {
  globalSetup: ['test/support/shared-rabbitmq-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Real servers on a shared machine are late now and then; the report names each test that needed it.
  retry: process.env['CI'] === 'true' ? 1 : 0,
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 15_000 },
      },
      {
        resolve,
        // Brokers and workers mostly wait, so two files at a time take half as long.
        test: {
          ...integration,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 2,
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
