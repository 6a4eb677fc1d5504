/** One row of the table of settings: `--help`, docs/configuration.md and the types derive from it. */

/** Environment variables that begin with it are meant for the gateway alone. */
export const prefix = 'CELERYQL_';

export interface Setting<T> {
  /** Without the dashes. The name of the environment variable follows from it. */
  readonly flag: string;
  /** The environment variable without its prefix, where the flag gives a name that other programs use. */
  readonly variable?: string;
  /** Other environment variables that are read: earlier names, and Celery's own. */
  readonly formerly?: readonly string[];
  /** @throws ConfigError saying what is wrong, without repeating the text: it may be a secret. */
  readonly parse: (text: string) => T;
  readonly default: T;
  /** The default as operators write it, where that is not the value as text. */
  readonly shown?: string;
  /** For users: what it is, its unit, its choices. */
  readonly doc: string;
}

/** Checks a row without giving up what its parser returns. */
export function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}

/** Environment variables without the prefix. */
export function plainVariables({
  flag,
  variable = flag.replaceAll('-', '_').toUpperCase(),
  formerly = [],
}: Setting<unknown>): readonly string[] {
  return [variable, ...formerly];
}

/** All environment variables of a setting, in the order in which they win. */
export function variablesOf(row: Setting<unknown>): readonly string[] {
  return withPrefix(plainVariables(row));
}

/** The names with the prefix, which win, and then those without it. */
export function withPrefix(names: readonly string[]): readonly string[] {
  return [...names.map((name) => prefix + name), ...names];
}

export function shownDefault(row: Setting<unknown>): string {
  return row.shown ?? String(row.default);
}
