/** A folder for what generators of clients write, below the tests, so that what it imports is found. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runProgram } from '../support/program.js';

const repository = join(import.meta.dirname, '..', '..');

export class GeneratedFolder implements Disposable {
  /** From the root of the repository, where generators run. */
  readonly path = relative(repository, mkdtempSync(join(import.meta.dirname, 'generated-')));

  /**
   * Runs a generator of npm with a file of settings.
   * @param program its path below `node_modules`
   * @throws Error with what it has printed, if it fails
   */
  generate(program: string, settings: object, args: readonly string[] = []): void {
    const file = join(this.path, 'settings.json');
    writeFileSync(join(repository, file), JSON.stringify(settings));
    const command = [join(repository, 'node_modules', program), ...args, file];
    const { status, stdout, stderr } = runProgram(process.execPath, command, {
      cwd: repository,
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(stdout + stderr);
  }

  /** A module that was written there. */
  import(name: string): Promise<Readonly<Record<string, unknown>>> {
    return import(join(repository, this.path, name)) as Promise<Readonly<Record<string, unknown>>>;
  }

  [Symbol.dispose](): void {
    rmSync(join(repository, this.path), { recursive: true });
  }
}
