/** Several clusters behind one gateway. */
import { text } from '../parsers.js';
import { setting } from '../setting.js';

export const clustersSettings = {
  clustersFile: setting({
    flag: 'clusters-file',
    parse: text,
    default: '',
    shown: 'none',
    doc: 'JSON file that lists the clusters to watch and who may see each; it replaces all settings under "Broker"',
  }),
} as const;
