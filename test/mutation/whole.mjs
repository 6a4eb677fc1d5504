import core from './core.mjs';

/**
 * Mutation tests of all of src/cache and src/cluster that unit tests reach. What only Redis or a broker can show is
 * tested in test/integration, and counts as not covered here.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  ...core,
  vitest: { ...core.vitest, configFile: 'test/mutation/whole.vitest.config.ts' },
  mutate: ['src/{cache,cluster}/**/*.ts'],
  reporters: ['clear-text', 'html', 'progress'],
  thresholds: { ...core.thresholds, break: null },
};
