/** The builds that are measured: this one, and that of another commit, in a git worktree of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const thisBuild = { name: 'celeryql', dist: join(root, 'dist') };

const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();

/**
 * Builds a commit beside this one. Its dependencies are those of this checkout where both lock the same.
 *
 * @param log gets a line for each step that takes long
 * @returns the build; it is removed when it is disposed
 */
export function buildCommit(commit, log) {
  const id = git('rev-parse', '--verify', '--short', `${commit}^{commit}`);
  const folder = mkdtempSync(join(tmpdir(), 'celeryql-bench-'));
  let isThere = true;
  const remove = () => {
    if (!isThere) return;
    isThere = false;
    git('worktree', 'remove', '--force', folder);
    rmSync(folder, { recursive: true, force: true });
  };
  git('worktree', 'add', '--quiet', '--detach', folder, id);
  try {
    const locks = [root, folder].map((place) => readFileSync(join(place, 'package-lock.json'), 'utf8'));
    const run = (command, ...args) =>
      execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (locks[0] === locks[1]) {
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    } else {
      log(`${id} locks other dependencies: npm ci`);
      run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
    }
    log(`building ${id}`);
    run('npm', 'run', '--silent', 'build');
  } catch (error) {
    remove();
    throw error;
  }
  return { name: id, dist: join(folder, 'dist'), [Symbol.dispose]: remove };
}
