/**
 * One line of Redis's MONITOR, such as
 * `1700000000.123456 [0 127.0.0.1:5000] "publish" "/0.celery.pidbox" "{\"body\": ...}"`.
 */
export interface MonitoredCommand {
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly db: number;
  /** `127.0.0.1:5000`, `unix:/path` or, for what a script did, `lua`. */
  readonly client: string;
  /** The command's name, in the case in which the client wrote it, and its arguments. */
  readonly args: readonly string[];
}

const shape = /^(\d+\.\d+) \[(\d+) ([^\]]*)\] (.*)$/s;
const quoted = /"((?:[^"\\]|\\.)*)"/gs;
const escape = /\\(x[0-9a-f]{2}|.)/gs;
const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

export function parseMonitorLine(line: string): MonitoredCommand | undefined {
  const [, time, db, client, rest] = shape.exec(line) ?? [];
  if (time === undefined || client === undefined || rest === undefined) return undefined;
  const args = [...rest.matchAll(quoted)].map(([, text = '']) => unescapeArgument(text));
  return { time: Number(time), db: Number(db), client, args };
}

/** Redis escapes byte by byte, so `é` comes as `\xc3\xa9`: first the bytes, then the characters. */
function unescapeArgument(text: string): string {
  const bytes = text.replace(escape, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(parseInt(code.slice(1), 16)) : (named[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
