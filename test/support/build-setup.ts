/**
 * Builds the gateway once for a whole run of integration tests, unless no source changed since the last build: the
 * tests that start the command run what was built.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const built = join(root, 'dist/cli/main.js');

/** @throws Error with the compiler's messages where the sources have a type error */
export default function setup(): void {
  if (isFresh()) return;
  const { status, signal, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`npm run build failed (${signal ?? `status ${status}`}):\n${stdout}${stderr}`);
}

/** Whether the build is newer than every source and setting of the compiler, and is bundled. */
function isFresh(): boolean {
  if (!existsSync(built) || !readFileSync(built, 'utf8').includes('.bundle.js')) return false;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const inputs = [
    ...sources.map((name) => join('src', name)),
    'tsconfig.json',
    'package-lock.json',
    '.ci/bundle.mjs',
  ];
  const { mtimeMs } = statSync(built);
  return inputs.every((name) => statSync(join(root, name)).mtimeMs < mtimeMs);
}
