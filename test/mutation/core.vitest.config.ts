import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The quick tests of what is mutated. Property tests would run in full for each mutant that the others let live.
    include: [
      'test/unit/cache/*.test.ts',
      'test/unit/cache/policies/*.test.ts',
      'test/unit/cluster/{delayed-invalidations,subscriber-buffer}.test.ts',
      'test/unit/http/kept/*.test.ts',
    ],
    exclude: ['**/*.{interleaving,model}.test.ts', 'test/unit/cache/fingerprint.test.ts'],
    setupFiles: ['test/support/in-memory-setup.ts'],
    isolate: false,
    reporters: [],
  },
});
