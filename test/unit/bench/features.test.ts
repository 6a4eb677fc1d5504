import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { features, lines } from '../../../bench/features/index.mjs';

const readme = new URL('../../../README.md', import.meta.url);
const open = (path: string): Promise<unknown> =>
  import(new URL(path.replace(/\.js$/, '.ts'), new URL('../../../src/', import.meta.url)).href);

it.each(features.filter(({ simulated }) => simulated))(
  'the README shows the simulated figures of $name',
  async (feature) => {
    const [, block = ''] =
      /<!-- features:begin -->([^]*?)<!-- features:end -->/.exec(await readFile(readme, 'utf8')) ?? [];
    const shown = block.split('\n').filter((line) => line.startsWith(`| ${feature.name} |`));
    expect(shown).toEqual(lines(await feature.run(open)));
  },
  60_000,
);
