/**
 * Mutation tests of the core of the caches, and of which requests are the same for a kept answer: Stryker changes one expression at a time, and a unit test must fail. CI runs
 * it (`npm run check:mutation`); `npm run mutation` changes everything in src/cache and src/cluster.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // `related` would search the imports again for each mutant; `perTest` knows already which tests reach it.
  vitest: { configFile: 'test/mutation/core.vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // What a module computes when it loads needs a run of all tests for each mutant.
  ignoreStatic: true,
  mutate: [
    'src/cache/{entry-list,eviction-record,in-flight,metrics-cache,negative-cache}.ts',
    'src/cache/policies/{adaptive-ttl,cache-policies,prefetcher}.ts',
    'src/cluster/{delayed-invalidations,subscriber-buffer}.ts',
    'src/http/kept/header-names.ts',
  ],
  // Texts of messages and defaults of options: what survives there says little of the caches.
  mutator: { excludedMutations: ['ObjectLiteral', 'StringLiteral'] },
  // Each process works in a copy of the repository: what no unit test reads is not copied.
  ignorePatterns: [
    '.*',
    'bench',
    'dashboard',
    'dist',
    'docs',
    'schema',
    'test/{fixtures,http,integration}',
  ],
  cleanTempDir: 'always',
  concurrency: 2,
  timeoutMS: 3_000,
  timeoutFactor: 2,
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
  thresholds: { high: 95, low: 90, break: 88 },
};
