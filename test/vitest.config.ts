import { defineConfig } from 'vitest/config';

// graphql 16 has `main` and `module` but no `exports`: without the alias our files load index.mjs and the
// libraries index.js, and every `instanceof` between the two copies fails ("Duplicate graphql modules").
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 15_000 },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
