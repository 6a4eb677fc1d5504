/** Several clusters behind one gateway. */
import { text } from './parsers.js';
import { setting } from './setting.js';

export const clustersSettings = {
  clustersFile: setting(
    'clusters-file',
    'CLUSTERS_FILE',
    text,
    '',
    'none',
    'JSON file of the clusters to watch and of who may see which, in place of `--broker` and what belongs to it',
  ),
} as const;
