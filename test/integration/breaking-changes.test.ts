/** CI's comparison of the schema with the last release. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';
import { runProgram } from '../support/program.js';

const root = join(import.meta.dirname, '..', '..');

describe('.ci/breaking-changes.mjs', () => {
  let folder = '';
  let sdl = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    sdl = await readFile(join(root, 'schema/schema.graphql'), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function compare(released: string, releasedVersion: string) {
    const file = join(folder, 'released.graphql');
    await writeFile(file, released);
    return runProgram(process.execPath, ['.ci/breaking-changes.mjs', file, releasedVersion], {
      cwd: root,
    });
  }

  it('passes where nothing changed', async () => {
    expect(await compare(sdl, version)).toMatchObject({
      status: 0,
      stdout: `0 breaking changes since ${version}; this is ${version}\n`,
    });
  });

  it('passes where a type was added', async () => {
    const { status } = await compare(
      'type Query { gateway: Gateway } type Gateway { version: String! }',
      version,
    );
    expect(status).toBe(0);
  });

  it('fails where a field is gone, and names it', async () => {
    const { status, stdout } = await compare(
      sdl.replace(/^type Query \{/m, 'type Query {\n  gone: Int\n'),
      version,
    );
    expect(status).toBe(1);
    expect(stdout).toContain('FIELD_REMOVED: Query.gone was removed.');
  });

  it('passes where the version announces it', async () => {
    const { status, stdout } = await compare(
      sdl.replace(/^type Query \{/m, 'type Query {\n  gone: Int\n'),
      '0.0.9',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('1 breaking changes since 0.0.9');
  });
});
