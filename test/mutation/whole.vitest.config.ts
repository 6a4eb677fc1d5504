import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As in test/vitest.config.ts: one copy of graphql.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/unit/{cache,cluster}/**/*.test.ts'],
    // They would run in full for each mutant that the other tests let live.
    exclude: ['**/*.{interleaving,model,property}.test.ts'],
    setupFiles: ['test/support/in-memory-setup.ts'],
    isolate: false,
    reporters: [],
  },
});
