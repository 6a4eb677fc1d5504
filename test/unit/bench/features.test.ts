import { expect, it } from 'vitest';
import { features, lines } from '../../../bench/features/index.mjs';
import { readPage } from '../../support/documentation.js';

const open = (path: string): Promise<unknown> =>
  import(new URL(path.replace(/\.js$/, '.ts'), new URL('../../../src/', import.meta.url)).href);

it.each(features.filter(({ simulated }) => simulated))(
  'docs/caching-benchmarks.md shows the simulated figures of $name',
  async (feature) => {
    const [, block = ''] =
      /<!-- features:begin -->([^]*?)<!-- features:end -->/.exec(
        readPage('docs/caching-benchmarks.md'),
      ) ?? [];
    const shown = block.split('\n').filter((line) => line.startsWith(`| ${feature.name} |`));
    expect(shown).toEqual(lines(await feature.run(open)));
  },
  60_000,
);
