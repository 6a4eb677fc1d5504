/**
 * Reads the settings of the caches: `--cache worker_status:ttl=5,maxSize=200` and `CACHE_WORKER_STATUS="ttl=5,..."`, and
 * the flags and variables for single options that came before.
 */
import { cacheNames } from '../cache/cache-defaults.js';
import type { CacheName, CacheOptionName, CacheOverrides } from '../cache/cache-defaults.js';
import { ConfigError } from '../errors.js';
import type { Flags } from './flags.js';
import { list } from './parsers.js';
import {
  cacheFlag,
  cacheVariable,
  defaultOf,
  findOption,
  formerCacheNames,
  optionParser,
  optionsOf,
} from './rows/caches.js';
import { prefix } from './setting.js';
import type { Environment } from './variables.js';

export type CacheSettings = Readonly<Partial<Record<CacheName, CacheOverrides>>>;

/** One option of one cache, as it was given. */
interface GivenOption {
  readonly cache: CacheName;
  readonly option: CacheOptionName;
  readonly text: string;
  /** The flag or variable. */
  readonly source: string;
  /** Whether the flag or variable is for this option alone. */
  readonly isFormer: boolean;
}

/** Options that override those of the layers behind it; each occurs once. */
type Layer = readonly GivenOption[];

/** @throws ConfigError naming the flag or variable, the option, and the values that it may have */
export function readCacheSettings(flags: Flags, env: Environment): CacheSettings {
  const layers = layersOf(flags, env);
  return Object.fromEntries(
    cacheNames.map((cache) => [
      cache,
      Object.fromEntries(
        optionsOf(cache).map((option) => {
          const given = winner(layers, cache, option);
          return [option, given === undefined ? defaultOf(cache, option) : valueOf(given)];
        }),
      ),
    ]),
  );
}

export interface FormerNamesInUse {
  /** Flags and variables, as they were given. */
  readonly names: readonly string[];
  /** What to write instead, all options of a cache together. */
  readonly replacements: readonly string[];
}

/** Null if all options of caches are set under their present names. Expects settings that `readCacheSettings` accepts. */
export function formerCacheNamesInUse(flags: Flags, env: Environment): FormerNamesInUse | null {
  const layers = layersOf(flags, env);
  const isInUse = (given: GivenOption): boolean =>
    given.isFormer && winner(layers, given.cache, given.option) === given;
  const replaced = layers.flatMap((layer) =>
    cacheNames.flatMap((cache) => {
      const options = layer.filter((given) => given.cache === cache);
      return options.some(isInUse) ? [{ cache, options, isFlag: layer === layers[0] }] : [];
    }),
  );
  if (replaced.length === 0) return null;
  return {
    names: replaced.flatMap(({ options }) => options.filter(isInUse).map(({ source }) => source)),
    replacements: replaced.map(({ cache, options, isFlag }) => {
      const text = options.map(({ option, text }) => `${option}=${text}`).join(',');
      return isFlag ? `--${cacheFlag} ${cache}:${text}` : `${cacheVariable(cache)}="${text}"`;
    }),
  };
}

/** Flags win over variables with the prefix, which win over variables without it. */
function layersOf(flags: Flags, env: Environment): readonly Layer[] {
  const former = (text: (names: (typeof formerCacheNames)[number]) => [string, string | undefined]) =>
    formerCacheNames.flatMap((names) => {
      const [source, value] = text(names);
      const { cache, option } = names;
      return value === undefined ? [] : [{ cache, option, text: value, source, isFormer: true }];
    });
  const variables = (before: string): Layer =>
    cacheNames.flatMap((cache) => {
      const source = before + cacheVariable(cache);
      const text = env[source];
      return text === undefined ? [] : parseOptions(cache, text, source);
    });
  return [
    [
      ...[flags[cacheFlag] ?? []].flat().flatMap(parseFlag),
      ...former(({ flag }) => [`--${flag}`, textOf(flags[flag])]),
    ],
    variables(prefix),
    [...variables(''), ...former(({ variable }) => [variable, env[variable]])],
  ].map(refuseDuplicates);
}

/** Such as `worker_status:ttl=5,maxSize=200`. */
function parseFlag(text: string): Layer {
  const [name = '', ...rest] = text.split(':');
  const cache = cacheNames.find((each) => each === name);
  if (cache === undefined || rest.length === 0)
    throw new ConfigError(
      `--${cacheFlag} must be a cache and its options, such as worker_status:ttl=5,maxSize=200; caches are ` +
        cacheNames.join(', '),
    );
  return parseOptions(cache, rest.join(':'), `--${cacheFlag} ${cache}`);
}

/** Such as `ttl=5,maxSize=200`. */
function parseOptions(cache: CacheName, text: string, source: string): Layer {
  const items = list(text);
  if (items.length === 0)
    throw new ConfigError(`${source} is set but empty: give it options such as ttl=5, or leave it out`);
  return items.map((item) => {
    const at = item.indexOf('=');
    const option = findOption(cache, item.slice(0, at).trim());
    if (at < 0 || option === null)
      throw new ConfigError(
        `${source} must be options such as ttl=5,maxSize=200; options are ${optionsOf(cache).join(', ')}`,
      );
    return { cache, option, text: item.slice(at + 1).trim(), source, isFormer: false };
  });
}

function refuseDuplicates(layer: Layer): Layer {
  for (const [index, { cache, option, source }] of layer.entries()) {
    const earlier = layer
      .slice(0, index)
      .find((given) => given.cache === cache && given.option === option);
    if (earlier === undefined) continue;
    throw new ConfigError(
      earlier.source === source
        ? `${source} sets ${option} twice`
        : `${source} sets ${option} of ${cache}, as ${earlier.source} does: keep one of them`,
    );
  }
  return layer;
}

function winner(
  layers: readonly Layer[],
  cache: CacheName,
  option: CacheOptionName,
): GivenOption | undefined {
  return layers.flat().find((given) => given.cache === cache && given.option === option);
}

function valueOf({ option, text, source, isFormer }: GivenOption): number | boolean {
  if (text === '' && isFormer)
    throw new ConfigError(`${source} is set but empty: give it a value, or leave it out`);
  try {
    return optionParser(option)(text);
  } catch (error) {
    const reason = error instanceof ConfigError ? error.message : 'is malformed';
    throw new ConfigError(isFormer ? `${source} ${reason}` : `${source}: ${option} ${reason}`, {
      cause: error,
    });
  }
}

function textOf(value: Flags[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
