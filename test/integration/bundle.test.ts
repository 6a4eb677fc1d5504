/** The command as it is built: in few files, with traces of the sources and the licences of what it contains. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { noSettings } from '../support/no-settings.js';
import { Child } from '../support/process.js';

const root = new URL('../../', import.meta.url).pathname;
const dist = join(root, 'dist');
const sourceMap = z.object({ sources: z.array(z.string()) });

function launch(nodeArgs: readonly string[], args: readonly string[]): Child {
  return new Child(process.execPath, [...nodeArgs, 'dist/cli/main.js', ...args], {
    name: 'celeryql',
    cwd: root,
    env: noSettings,
  });
}

/** Prints how many modules Node has loaded that are no part of Node. */
const counting = `data:text/javascript,
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      if (url.startsWith('file:')) writeSync(2, 'loads ' + url + String.fromCharCode(10));
      return next(url, context);
    }
  \`));`;

const fault = `data:text/javascript,
  import { Server } from 'node:http';
  Server.prototype.listen = () => { throw new Error('a fault'); };`;

describe('dist/cli/main.js', () => {
  it('loads three files to start', async () => {
    await using gateway = launch(['--import', counting], ['--port', '0']);
    await gateway.waitForLine(/embedded/);
    const loaded = gateway
      .log()
      .split('\n')
      .filter((line) => line.startsWith('loads '))
      .map((line) => line.replace(/.*\/dist\//, ''));
    expect(loaded.sort()).toEqual(['cli/main.js', 'gateway.bundle.js', 'version.bundle.js']);
  });

  it('names files and lines of the sources in the trace of an error that ends it', async () => {
    await using gateway = launch(['--import', fault], ['--port', '0']);
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    expect(gateway.log()).toMatch(/a fault\n(.*\n)*.*\/src\/http\/[\w-]+\.ts:\d+:\d+/);
    expect(gateway.log()).toMatch(/\/src\/cli\/main\.ts:\d+:\d+/);
  });
});

describe('dist/LICENSES.txt', () => {
  it('names the version and the licence of each package of the bundle', () => {
    const packages = new Set<string>();
    for (const file of readdirSync(dist).filter((name) => name.endsWith('.bundle.js.map')))
      for (const source of sourceMap.parse(JSON.parse(readFileSync(join(dist, file), 'utf8'))).sources) {
        const [, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
        if (name !== undefined) packages.add(name);
      }
    const notices = readFileSync(join(dist, 'LICENSES.txt'), 'utf8');
    const named = [
      ...notices.matchAll(/^(\S+) \d+\.\d+\.\d+: (?:0BSD|Apache-2\.0|BlueOak-1\.0\.0|ISC|MIT)$/gm),
    ];
    expect([...packages].sort()).toEqual([...new Set(named.map(([, name]) => name))].sort());
    expect(packages).toContain('graphql');
  });
});
