/** Programs that a benchmark starts: on free ports, on the core of the servers, and stopped by process id at the end. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { clearTimeout, setTimeout } from 'node:timers';

/** Milliseconds that a program has to end before it is killed. */
const grace = 5_000;

const children = new Set();

/** Whether a command exists and ends with status 0. */
export const works = (command, args = ['--version']) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Linux on two or more cores: what is measured runs on core 0, what measures it on the others. */
export const canPin = availableParallelism() > 1 && existsSync('/proc/self/stat') && works('taskset');

/** Moves this process, with all of its threads, off the core of the servers. */
export function pinLoad() {
  if (!canPin) return;
  const cores = `1-${availableParallelism() - 1}`;
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, `${process.pid}`]);
}

/**
 * @param pinned whether it is what is measured, and gets core 0
 * @param log whether its output is kept for the message of a failure
 */
export function start(command, args, { env = {}, pinned = false, ipc = false, ...more } = {}) {
  const line = pinned && canPin ? ['taskset', '--cpu-list', '0', command, ...args] : [command, ...args];
  const child = spawn(line[0], line.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
    env: { ...process.env, ...env },
    ...more,
  });
  children.add(child);
  let output = '';
  const keep = (chunk) => (output = `${output}${chunk}`.slice(-10_000));
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  child.once('exit', () => children.delete(child));
  child.once('error', (error) => keep(error.message));
  return Object.assign(child, { output: () => output });
}

/** Ends a program: SIGTERM, and SIGKILL after five seconds. Resolves when it has ended. */
export async function stop(child) {
  if (!children.has(child) || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill();
  const late = setTimeout(() => child.kill('SIGKILL'), grace);
  await ended;
  clearTimeout(late);
}

/** In the opposite order of their starts. */
export async function stopAll() {
  for (const child of [...children].reverse()) await stop(child);
}

/** The next message that a program sends over its IPC channel; rejects with its output if it ends before. */
export async function messageOf(child) {
  const left = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: left.signal }).then(([message]) => message),
      once(child, 'exit', { signal: left.signal }).then(() => {
        throw new Error(`a program ended early\n${child.output()}`);
      }),
    ]);
  } finally {
    left.abort();
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
