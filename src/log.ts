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

/** Errors log as name, message, code and cause: never with the objects that libraries hang on them. */
function printable(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code: unknown = 'code' in value ? value.code : undefined;
  return {
    name: value.name,
    message: value.message,
    ...(typeof code === 'string' && { code }),
    ...(value.cause instanceof Error && { cause: printable(value.cause) }),
  };
}

/** What cannot be written as JSON is left out: a log line must not fail what it tells of. */
function toLine(head: LogFields, fields: LogFields): string {
  const rest = Object.entries(fields).map(([key, value]) => [key, printable(value)] as const);
  try {
    return JSON.stringify({ ...head, ...Object.fromEntries(rest) });
  } catch {
    return JSON.stringify({ ...head, unprintable: rest.map(([key]) => key) });
  }
}

/**
 * @param write receives one line without its newline; standard output by default
 * @param redact masks secrets in the whole of an entry, which is plain JSON by then
 */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  redact?: (entry: unknown) => unknown,
): Logger {
  const threshold = logLevels.indexOf(level);
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(name) < threshold) return;
      const head = { time: new Date().toISOString(), level: name, message };
      const line = toLine(head, fields);
      write(redact === undefined ? line : JSON.stringify(redact(JSON.parse(line))));
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
