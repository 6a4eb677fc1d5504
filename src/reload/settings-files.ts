/**
 * Files of settings, read again while the gateway runs: when they change, and when the operator asks for it (SIGHUP). A
 * content that is wrong is refused as at the start, and the one before stays in force.
 */
import { createHash } from 'node:crypto';
import { errorMessage } from '../error-message.js';
import { ConfigError } from '../errors.js';
import type { SettingsFileState } from '../settings-file.js';
import type { Logger } from '../log.js';
import { readSettingsFile } from '../settings-file.js';
import { FileWatch } from './file-watch.js';
import type { FileWatchOptions } from './file-watch.js';

export interface ReloadableFile {
  /** The flag that names it, such as `--auth-file`. */
  readonly setting: string;
  readonly path: string;
  /** What is in force at the start. */
  readonly text: string;
  /** Whether complaints stay in the log: they may name what a caller may not see. False when left out. */
  readonly isConfidential?: boolean;
  /**
   * Puts another content in force.
   * @throws ConfigError that completes "<setting> ...", with nothing changed
   */
  readonly apply: (text: string) => void;
}

export interface SettingsFilesOptions extends FileWatchOptions {
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

interface Watched {
  readonly file: ReloadableFile;
  readonly watch: FileWatch;
  state: SettingsFileState;
  /** Digest of what was read last, in force or not; null where it could not be read. */
  lastRead: string | null;
}

export class SettingsFiles implements Disposable {
  readonly #options: SettingsFilesOptions;
  readonly #watched: readonly Watched[];

  constructor(files: readonly ReloadableFile[], options: SettingsFilesOptions) {
    this.#options = options;
    this.#watched = files.map((file) => {
      const { setting, path, text } = file;
      const watched: Watched = {
        file,
        watch: new FileWatch(path, () => this.#read(watched, 'it changed'), options),
        state: { setting, loadedAt: options.clock(), error: null },
        lastRead: digest(text),
      };
      return watched;
    });
  }

  get states(): readonly SettingsFileState[] {
    return this.#watched.map(({ state }) => state);
  }

  /** Resolves when changes are noticed from now on. */
  async start(): Promise<void> {
    await Promise.all(this.#watched.map(({ watch }) => watch.start()));
    for (const watched of this.#watched) this.#read(watched, 'it changed'); // meanwhile
  }

  /** Reads all of them now. */
  reload(): void {
    const { log } = this.#options;
    for (const watched of this.#watched)
      if (!this.#read(watched, 'it was asked for'))
        log.info('settings file unchanged', fieldsOf(watched));
    if (this.#watched.length === 0) log.info('no settings file to reload');
  }

  [Symbol.dispose](): void {
    for (const { watch } of this.#watched) watch[Symbol.dispose]();
  }

  /** Whether there was anything new. */
  #read(watched: Watched, why: string): boolean {
    const { log, clock } = this.#options;
    let read: string | null = null;
    try {
      const { text } = readSettingsFile(watched.file.path);
      read = digest(text);
      if (read === watched.lastRead) return false;
      watched.lastRead = read;
      watched.file.apply(text);
      watched.state = { ...watched.state, loadedAt: clock(), error: null };
      log.info('settings file reloaded', { ...fieldsOf(watched), why });
    } catch (cause) {
      if (read === null && watched.lastRead === null) return false;
      watched.lastRead = read;
      const { setting, isConfidential = false } = watched.file;
      const error = complaint(setting, cause);
      const shown = isConfidential ? `${setting} is refused: the log says why` : error;
      watched.state = { ...watched.state, error: shown };
      log.error('settings file rejected, the previous content stays in effect', {
        ...fieldsOf(watched),
        error,
        loadedAt: new Date(watched.state.loadedAt).toISOString(),
      });
    }
    return true;
  }
}

function fieldsOf({ file: { setting, path } }: Watched): { setting: string; file: string } {
  return { setting, file: path };
}

/** Only complaints about settings are known to quote no secret. */
function complaint(setting: string, cause: unknown): string {
  return cause instanceof ConfigError
    ? `${setting} ${errorMessage(cause)}`
    : `${setting} cannot be used`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
