/** A setting that names a pipe: the gateway refuses it, and does not wait for a writer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/access/audit-log.js';
import { openAccess } from '../../src/access/open-access.js';
import { readConfig } from '../../src/config/config.js';
import { silentLogger } from '../../src/log.js';
import { runProgram } from '../support/program.js';

describe('a pipe in place of a file', () => {
  const what = 'is not the path of a file, but for example of a folder, a pipe or a device';
  let folder = '';
  let pipe = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    pipe = join(folder, 'pipe');
    runProgram('sh', ['-c', 'mkfifo "$0"', pipe]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const open = (args: readonly string[]) =>
    openAccess(readConfig(['--broker', 'embedded', ...args], {}), {
      audit: new AuditLog({ log: silentLogger, maxRecords: 10 }),
      log: silentLogger,
      clock: () => 0,
    });

  it('is refused at once, as credentials, as clusters and as keys', async () => {
    await expect(open(['--auth-file', pipe])).rejects.toThrow(`--auth-file ${what}`);
    expect(() => readConfig(['--clusters-file', pipe], {})).toThrow(`--clusters-file ${what}`);
    const jwks = ['--jwt-jwks', pipe, '--jwt-issuer', 'i', '--jwt-audience', 'a'];
    await expect(open(jwks)).rejects.toThrow(`--jwt-jwks ${what}`);
  });
});
