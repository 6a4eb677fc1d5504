/** The gateway as its users run it: the built command, in a process of its own on a free port. */
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './load.mjs';
import { freePort, start } from './processes.mjs';
import { measurable } from './usage.mjs';

/** Limits that are no part of what is measured; `main.mjs` prints them with the figures. */
export const limitsOff = [
  '--rate-limit',
  '0',
  '--max-connections',
  '10000',
  '--max-subscriptions',
  '10000',
];

/** Milliseconds that a gateway has to become ready. */
const startTime = 30_000;

/** Entries that outlive the measurement: everything that is read a second time is a hit. */
export const longTtl = [
  'task_status',
  'worker_status',
  'queue_status',
  'metrics_summary',
  'health_check',
].flatMap((cache) => ['--cache', `${cache}:ttl=3600`]);

/** Settings of the environment, such as BROKER_URL, would change what is measured. */
const environment = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^[A-Z][A-Z_]*$/.test(name) && !/^(PATH|HOME|LANG|LC_.*|TMPDIR|TZ)$/.test(name))
    .map((name) => [name, undefined]),
);

/**
 * @param build the `dist` of this or of another checkout
 * @param broker URL; null for the embedded cluster
 * @param viaNpm whether it is started as users start it, by `npm start`
 * @param waits whether it resolves only when the gateway is ready
 */
export async function startGateway(
  build,
  broker,
  { args = [], nodeArgs = [], waits = true, viaNpm = false } = {},
) {
  const port = await freePort();
  const flags = ['--port', `${port}`, '--log-level', 'error', ...limitsOff, ...args];
  if (broker !== null) flags.push('--broker', broker);
  const node = [...measurable.nodeArgs, ...nodeArgs, join(build.dist, 'cli/main.js'), ...flags];
  const [command, line] = viaNpm ? ['npm', ['start', '--', ...flags]] : [process.execPath, node];
  const child = start(command, line, {
    cwd: resolve(build.dist, '..'),
    env: environment,
    pinned: true,
    ipc: !viaNpm && measurable.ipc,
  });
  const gateway = { child, port, build };
  const deadline = performance.now() + startTime;
  while (waits) {
    const answer = await ask(port, { method: 'GET', path: '/health/ready' }).catch(() => null);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the gateway of ${build.name} did not become ready\n${child.output()}`);
    await delay(50);
  }
  return gateway;
}
