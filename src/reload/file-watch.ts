/**
 * Notices that a file may have another content. Its folder is watched, since editors and Kubernetes put another file in
 * its place by a rename; where the system does not report changes, as on network drives, a slow look finds them.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileWatchOptions {
  /** Milliseconds from the first sign of a change to `onChange`: a file is written in several steps. */
  readonly debounce?: number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  readonly schedule?: (callback: () => void, milliseconds: number) => () => void;
}

export class FileWatch implements Disposable {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #options: Required<FileWatchOptions>;
  #watcher: FSWatcher | undefined;
  /** Of the folder that is watched: another may have taken its name. */
  #watched = '';
  #seen: string | undefined;
  #cancelNotice: (() => void) | undefined;
  #cancelLook: () => void = () => undefined;
  #isDisposed = false;

  /** @param onChange also called where nothing has changed: what counts is the content */
  constructor(path: string, onChange: () => void, options: FileWatchOptions = {}) {
    this.#path = path;
    this.#onChange = onChange;
    this.#options = { debounce: 200, interval: 10_000, schedule: startTimer, ...options };
  }

  /** Resolves when the folder is watched, or cannot be. */
  async start(): Promise<void> {
    await this.#look();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#watcher?.close();
    this.#cancelNotice?.();
    this.#cancelLook();
  }

  async #look(): Promise<void> {
    const [file, folder] = await Promise.all([identityOf(this.#path), folderOf(dirname(this.#path))]);
    if (this.#isDisposed) return;
    if (this.#watcher === undefined || folder !== this.#watched) this.#watch(folder);
    if (this.#seen !== undefined && file !== this.#seen) this.#notice();
    this.#seen = file;
    this.#cancelLook = this.#options.schedule(() => void this.#look(), this.#options.interval);
  }

  #watch(folder: string): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = folder;
    try {
      const watcher = watch(dirname(this.#path), { persistent: false }, () => this.#notice());
      this.#watcher = watcher.on('error', () => {
        watcher.close();
        if (this.#watcher === watcher) this.#watcher = undefined; // the next look tries again
      });
    } catch {
      // No folder, or too many watches: the looks remain.
    }
  }

  /** The first of several signs counts, so that a folder that never rests cannot put it off. */
  #notice(): void {
    this.#cancelNotice ??= this.#options.schedule(() => {
      this.#cancelNotice = undefined;
      if (!this.#isDisposed) this.#onChange();
    }, this.#options.debounce);
  }
}

/** Another for another file under this name, and for another content. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'missing';
  }
}

async function folderOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev} ${ino}`;
  } catch {
    return 'missing';
  }
}

function startTimer(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds).unref();
  return () => clearTimeout(timer);
}
