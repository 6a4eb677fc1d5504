/** What users read of each setting, for `--help` and docs/configuration.md. */
import {
  cacheFlag,
  cacheOptionNames,
  cacheOptions,
  cacheVariables,
  shownCacheDefault,
} from '../config/rows/caches.js';
import { sections } from '../config/settings.js';
import { plainVariables, shownDefault } from '../config/setting.js';
import type { Setting } from '../config/setting.js';

export interface SettingEntry {
  /** Such as `--port <value>`. */
  readonly usage: string;
  /** Without the prefix. */
  readonly variables: readonly string[];
  readonly doc: string;
  /** Null for a flag that has a default for each of its options. */
  readonly default: string | null;
}

export interface CacheOptionEntry {
  /** Such as `maxSize`. */
  readonly name: string;
  readonly doc: string;
  readonly default: string;
}

/** Headings with their settings, in the order in which they are shown. */
export const reference: readonly {
  readonly heading: string;
  readonly settings: readonly SettingEntry[];
  /** Of the flag `--cache`; empty under other headings. */
  readonly options: readonly CacheOptionEntry[];
}[] = Object.entries<Readonly<Record<string, Setting<unknown>>>>(sections).map(([heading, rows]) => ({
  heading,
  settings: heading === 'Caches' ? [cacheEntry()] : Object.values(rows).map(entryOf),
  options:
    heading === 'Caches'
      ? cacheOptionNames.map((name) => ({
          name,
          doc: cacheOptions[name].doc,
          default: shownCacheDefault(name),
        }))
      : [],
}));

function entryOf(row: Setting<unknown>): SettingEntry {
  return {
    usage: `--${row.flag} <value>`,
    variables: plainVariables(row),
    doc: row.doc,
    default: shownDefault(row),
  };
}

function cacheEntry(): SettingEntry {
  return {
    usage: `--${cacheFlag} <cache>:<option>=<value>,...`,
    variables: cacheVariables,
    doc:
      `options of one cache, such as \`--${cacheFlag} worker_status:ttl=5,maxSize=200\`; repeat the flag for further ` +
      `caches. A variable holds the options of its cache: \`CACHE_WORKER_STATUS="ttl=5,maxSize=200"\``,
    default: null,
  };
}
