/** Files of settings that change while the gateway runs. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { createLogger } from '../../../src/log.js';
import { SettingsFiles } from '../../../src/reload/settings-files.js';

let folder: string;
let lines: string[];
let clock: { now: number };
/** What waits for its time, and how long it would. */
let waiting: Map<() => void, number>;
let whenScheduled: () => void;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
  lines = [];
  clock = { now: 1_000 };
  waiting = new Map();
  whenScheduled = () => undefined;
});
afterEach(() => rm(folder, { recursive: true }));

const schedule = (callback: () => void, milliseconds: number) => {
  waiting.set(callback, milliseconds);
  whenScheduled();
  return () => void waiting.delete(callback);
};
const debounce = 200;
const interval = 10_000;

/** Resolves when something waits for that long. */
function scheduled(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    whenScheduled = () => {
      if ([...waiting.values()].includes(milliseconds)) resolve();
    };
    whenScheduled();
  });
}

/** Lets the time pass after which something is called. */
function pass(milliseconds: number): void {
  for (const [callback, due] of [...waiting])
    if (due === milliseconds && waiting.delete(callback)) callback();
}

async function open(path: string, text: string) {
  const applied: string[] = [];
  const apply = (changed: string): void => {
    if (changed.startsWith('bad')) throw new ConfigError('is bad');
    applied.push(changed);
  };
  const log = createLogger('info', (line) => void lines.push(line));
  const files = new SettingsFiles([{ setting: '--auth-file', path, text, apply }], {
    log,
    clock: () => clock.now,
    debounce,
    interval,
    schedule,
  });
  await files.start();
  return { files, applied, [Symbol.dispose]: () => files[Symbol.dispose]() };
}

const logged = () =>
  lines.map((line) => {
    const { level, message, error } = JSON.parse(line) as Record<string, unknown>;
    return [level, message, ...(error === undefined ? [] : [error])];
  });
const readAgain = ['info', 'settings file reloaded'];
const refused = (error: string) => [
  'error',
  'settings file rejected, the previous content stays in effect',
  error,
];

describe('A file of settings', () => {
  it.each([
    ['written over', async (path: string) => writeFile(path, 'two')],
    [
      'replaced by a rename, as editors do',
      async (path: string) => {
        await writeFile(`${path}.new`, 'two');
        await rename(`${path}.new`, path);
      },
    ],
  ])('is read again when it is %s', async (_name, change) => {
    const path = join(folder, 'auth');
    await writeFile(path, 'one');
    using opened = await open(path, 'one');
    await change(path);
    await scheduled(debounce);
    pass(debounce);
    expect(opened.applied).toEqual(['two']);
    expect(logged()).toEqual([readAgain]);
  });

  it('is read again when the folder behind its links is swapped, as Kubernetes does', async () => {
    for (const [version, text] of [
      ['..1', 'one'],
      ['..2', 'two'],
    ] as const) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'auth'), text);
    }
    await symlink('..1', join(folder, '..data'));
    await symlink(join('..data', 'auth'), join(folder, 'auth'));
    using opened = await open(join(folder, 'auth'), 'one');
    await symlink('..2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await scheduled(debounce);
    pass(debounce);
    expect(opened.applied).toEqual(['two']);
  });

  it('is found changed by a poll where the system reports nothing', async () => {
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'a', 'auth'), 'one');
    await writeFile(join(folder, 'b', 'auth'), 'two');
    await symlink(join(folder, 'a', 'auth'), join(folder, 'auth'));
    using opened = await open(join(folder, 'auth'), 'one');
    await writeFile(join(folder, 'a', 'auth'), 'three'); // no name in the watched folder changes
    expect([...waiting.values()]).toEqual([interval]);
    pass(interval);
    await scheduled(debounce);
    pass(debounce);
    expect(opened.applied).toEqual(['three']);
  });

  it('with a bad content leaves the one before in force, and says so once', async () => {
    const path = join(folder, 'auth');
    await writeFile(path, 'one');
    using opened = await open(path, 'one');
    clock.now = 2_000;
    await writeFile(path, 'bad');
    opened.files.reload();
    expect(opened.files.states).toEqual([
      { setting: '--auth-file', loadedAt: 1_000, error: '--auth-file is bad' },
    ]);
    opened.files.reload();
    expect(logged()).toEqual([refused('--auth-file is bad'), ['info', 'settings file unchanged']]);
    await writeFile(path, 'two');
    opened.files.reload();
    expect(opened.applied).toEqual(['two']);
    expect(opened.files.states).toEqual([{ setting: '--auth-file', loadedAt: 2_000, error: null }]);
  });

  it('that is gone is refused, and in force again when it is back', async () => {
    const path = join(folder, 'auth');
    await writeFile(path, 'one');
    using opened = await open(path, 'one');
    await rename(path, `${path}.gone`);
    opened.files.reload();
    const [state] = opened.files.states;
    expect(state?.error).toBe('--auth-file is the path of a file that cannot be read');
    await rename(`${path}.gone`, path);
    opened.files.reload();
    expect([opened.applied, opened.files.states[0]?.error]).toEqual([['one'], null]);
  });

  it('that was changed before it was watched is read at the start', async () => {
    const path = join(folder, 'auth');
    await writeFile(path, 'two');
    using opened = await open(path, 'one');
    expect(opened.applied).toEqual(['two']);
  });

  it('is read once for many signs of a change, which cannot put that off', async () => {
    const path = join(folder, 'auth');
    await writeFile(path, 'one');
    using opened = await open(path, 'one');
    await writeFile(path, 'two');
    await scheduled(debounce);
    for (let n = 0; n < 20; n++) await writeFile(join(folder, `other-${n}`), '');
    expect([...waiting.values()].filter((due) => due === debounce)).toHaveLength(1);
    pass(debounce);
    expect(opened.applied).toEqual(['two']);
  });
});
