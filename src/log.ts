/** Structured logging: one JSON object a line, so that log shippers need no parser. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * A value as JSON shows it. Of an error only name, message, code and cause are logged, never the objects that libraries
 * attach to it.
 * @throws RangeError for an object that contains itself
 */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) {
    const code: unknown = 'code' in value ? value.code : undefined;
    return {
      name: value.name,
      message: value.message,
      ...(typeof code === 'string' && { code }),
      ...(value.cause instanceof Error && { cause: plain(value.cause) }),
    };
  }
  if (hasToJSON(value)) return plain(value.toJSON());
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** An object that says itself what it is in JSON, such as a date. */
function hasToJSON(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/**
 * @param write receives one line without its newline; standard output by default
 * @param redact masks secrets in the whole of an entry, which holds nothing but what JSON has
 */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  redact: (entry: unknown) => unknown = (entry) => entry,
): Logger {
  const threshold = logLevels.indexOf(level);
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(name) < threshold) return;
      const head = { time: new Date().toISOString(), level: name, message };
      let line: string;
      try {
        line = JSON.stringify(redact(plain({ ...head, ...fields })));
      } catch {
        // The line is written all the same, with the names of its fields.
        line = JSON.stringify(redact({ ...head, unprintable: Object.keys(fields) }));
      }
      write(line);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Says the same fields with every entry. */
export function withFields(log: Logger, always: LogFields): Logger {
  const at =
    (name: keyof Logger) =>
    (message: string, fields: LogFields = {}): void =>
      log[name](message, { ...always, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const silentLogger: Logger = createLogger('silent', () => undefined);
