/** docs/configuration.md is generated from the settings; `npm run docs` writes it again. */
import * as prettier from 'prettier';
import { expect, it } from 'vitest';
import { configurationPage } from '../../../src/cli/configuration-page.js';

const path = new URL('../../../docs/configuration.md', import.meta.url).pathname;

it('docs/configuration.md is what the settings say', async () => {
  const options = await prettier.resolveConfig(path);
  const page = await prettier.format(configurationPage(), { ...options, filepath: path });
  await expect(page).toMatchFileSnapshot(path);
});
