/** One row of the table of settings: `--help`, the README and the types derive from it. */

export interface Setting<T> {
  readonly flag: string;
  /** The first that is set counts. */
  readonly env: readonly string[];
  /** @throws ConfigError saying what is wrong, without repeating the text: it may be a secret. */
  readonly parse: (text: string) => T;
  readonly default: T;
  /** The default as people write it. */
  readonly shownDefault: string;
  readonly doc: string;
}

/** @param shown the default as people write it */
export function setting<T>(
  flag: string,
  env: string,
  parse: Setting<T>['parse'],
  fallback: T,
  shown: string,
  doc: string,
): Setting<T> {
  return { flag, env: env.split(' '), parse, default: fallback, shownDefault: shown, doc };
}
