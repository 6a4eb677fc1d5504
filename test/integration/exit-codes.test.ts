/** The exit codes of the table in docs/operations.md, each of their reasons with the real process. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { noSettings } from '../support/no-settings.js';
import { Child } from '../support/process.js';

const root = new URL('../../', import.meta.url).pathname;

/** Loaded before the command: servers that listen never finish closing, as a fault in a library would have it. */
const neverClosed = `data:text/javascript,
  import { Server } from 'node:http';
  Server.prototype.close = function () { return this; };`;
/** As at a terminal. */
const terminal = 'data:text/javascript,Object.defineProperty(process.stdout, "isTTY", { value: true })';
const fault = 'data:text/javascript,setTimeout(() => { throw new Error("a fault") }, 3000)';

function launch(args: readonly string[], nodeArgs: readonly string[] = []): Child {
  const name = 'celeryql';
  return new Child(process.execPath, [...nodeArgs, 'dist/cli/main.js', ...args], {
    name,
    cwd: root,
    env: noSettings,
  });
}

describe('celeryql exits', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    await writeFile(join(folder, 'auth'), 'nonsense\n');
    await writeFile(join(folder, 'clusters.json'), '{ "clusters": [] }');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('by the codes that are tested here', () => {
    expect(Object.values(exitCodes).map(({ code }) => code)).toEqual([0, 1, 2]);
  });

  it.each([
    ['SIGINT', 'SIGINT', []],
    ['SIGTERM', 'SIGTERM', []],
    ['its terminal was closed', 'SIGHUP', ['--import', terminal]],
  ] as const)('with 0 after %s', async (_, signal, nodeArgs) => {
    await using gateway = launch(['--port', '0'], nodeArgs);
    await gateway.waitForLine(/embedded/);
    process.kill(gateway.pid, signal);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    expect(gateway.log(1)).toContain('"stopped"');
  });

  it.each([['--help'], ['--version'], ['create-token', 'grafana', 'viewer']])(
    'with 0 after %s has done what it was asked',
    async (...args) => {
      await using command = launch(args);
      expect(await command.exited).toEqual({ code: 0, signal: null });
    },
  );

  it('with 1 where it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using gateway = launch(['--port', String(port)]);
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    expect(gateway.log()).toContain('is already in use; choose another with --port or PORT');
    other.close();
  });

  it('with 1 after an error that it does not expect', async () => {
    await using gateway = launch(['--port', '0'], ['--import', fault]);
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    expect(gateway.log()).toContain('a fault');
  });

  it('with 1 where closing takes too long, before a supervisor would kill it', async () => {
    await using gateway = launch(['--port', '0'], ['--import', neverClosed]);
    await gateway.waitForLine(/embedded/);
    process.kill(gateway.pid, 'SIGTERM');
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    expect(gateway.log(1)).toBe('celeryql: closing took too long');
  });

  it.each([
    ['a flag', ['--nothing'], /--nothing/],
    ['a value', ['--port', '70000'], /--port/],
    [
      'an origin',
      ['--cors-credentials', 'true', '--cors-origins', '*'],
      /^celeryql: --cors-origins .*`\*`/,
    ],
    [
      'a lone setting',
      ['--cors-credentials', 'true'],
      /^celeryql: set --cors-origins .* or leave out --cors-credentials$/,
    ],
    ['the auth file', ['--auth-file', 'auth'], /auth/],
    ['the clusters file', ['--clusters-file', 'clusters.json'], /clusters/],
    ['a file that is not there', ['--auth-file', 'missing'], /cannot be read/],
    ['an argument of a command', ['create-token', 'grafana', 'emperor'], /emperor|role/],
  ] as const)('with 2 where %s is wrong, which one line says', async (_, args, line) => {
    const paths = args.map((arg, index) =>
      index > 0 && args[0].endsWith('-file') ? join(folder, arg) : arg,
    );
    await using command = launch(paths);
    expect(await command.exited).toEqual({ code: 2, signal: null });
    expect(command.log().split('\n')).toEqual([expect.stringMatching(line)]);
  });
});
