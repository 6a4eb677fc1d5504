/** Files that settings name: regular files alone, read whole and at once, with a bound. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ConfigError } from './errors.js';

const maxBytes = 1024 * 1024;

export interface SettingsFile {
  readonly text: string;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
}

/**
 * A pipe or a device could keep the gateway waiting for ever: they are refused without a look at what they hold.
 * @throws ConfigError that completes "<setting> ..."
 */
export function readSettingsFile(path: string): SettingsFile {
  const file = open(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile())
      throw new ConfigError(
        'is not the path of a file, but for example of a folder, a pipe or a device',
      );
    const bytes = Buffer.alloc(Math.min(stats.size, maxBytes) + 1);
    let length = 0;
    // Files of some systems say that they are empty, or grow meanwhile: what counts is what is read.
    for (let count = -1; count !== 0 && length < bytes.length; length += count)
      count = readSync(file, bytes, length, bytes.length - length, null);
    if (length > maxBytes) throw new ConfigError('is the path of a file that is larger than 1 MB');
    return { text: bytes.toString('utf8', 0, length), mode: stats.mode & 0o777 };
  } catch (cause) {
    throw cause instanceof ConfigError ? cause : unreadable(cause);
  } finally {
    closeSync(file);
  }
}

/** Without O_NONBLOCK a pipe is opened when another process opens its other end. */
function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): ConfigError {
  return new ConfigError('is the path of a file that cannot be read', { cause });
}

/** A file of settings that is read again when it changes. */
export interface SettingsFileState {
  /** The flag that names it, such as `--auth-file`. */
  readonly setting: string;
  /** When the content in force was read, epoch milliseconds. */
  readonly loadedAt: number;
  /** Why the newest content is not in force; null where it is. */
  readonly error: string | null;
}
