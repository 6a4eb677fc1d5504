/** Files with secrets, by who else may read or write them. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { warnOfExposedFiles } from '../../../src/config/exposed-files.js';
import { createLogger } from '../../../src/log.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'celeryql-'))));
afterEach(() => rm(folder, { recursive: true }));

async function warned(setting: 'authFile' | 'clustersFile', text: string, mode: number) {
  const lines: string[] = [];
  const file = join(folder, setting);
  await writeFile(file, text);
  await chmod(file, mode);
  const files = { authFile: '', clustersFile: '', [setting]: file };
  warnOfExposedFiles(
    files,
    createLogger('info', (line) => void lines.push(line)),
  );
  return lines.map((line) => JSON.parse(line) as unknown);
}
const clusters = (fields: object) => JSON.stringify({ clusters: [{ name: 'a', ...fields }] });
const readable = 'every user of this machine can read a file that holds secrets';
const writable = 'every user of this machine can change a file that says who is let in';

it.each([0o600, 0o640, 0o660, 0o440])('an auth file with mode %o is not warned of', async (mode) => {
  expect(await warned('authFile', 'user ada', mode)).toEqual([]);
});

it.each([
  [0o644, '0644', readable],
  [0o604, '0604', readable],
  [0o666, '0666', writable],
  [0o777, '0777', writable],
])('an auth file with mode %o is, by its name', async (mode, shown, message) => {
  const file = join(folder, 'authFile');
  expect(await warned('authFile', 'user ada', mode)).toMatchObject([
    { level: 'warn', message, setting: '--auth-file', file, mode: shown },
  ]);
});

it.each([
  [{ broker: 'redis://:hunter2@h/0' }, [readable]],
  [{ broker: 'amqp://u:p@h', visibleTo: { users: ['ann'] } }, [readable]],
  [{ broker: 'redis://h', sentinelPassword: 'hunter2' }, [readable]],
  [{ broker: 'redis://:${PASSWORD}@h/0', sentinelPassword: '${OTHER}' }, []],
  [{ broker: '${BROKER}' }, []],
  [{ broker: 'redis://user@h/0' }, []],
])(
  'a file of clusters that all may read is warned of if it holds a password: %j',
  async (fields, messages) => {
    const lines = await warned('clustersFile', clusters(fields), 0o644);
    expect(lines).toMatchObject(messages.map((message) => ({ message, setting: '--clusters-file' })));
    expect(lines).toHaveLength(messages.length);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  },
);

it('a file of clusters that all may write is warned of, passwords or not', async () => {
  expect(await warned('clustersFile', clusters({ embedded: true }), 0o666)).toMatchObject([
    { message: writable },
  ]);
});
