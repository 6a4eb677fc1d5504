/** Servers and gateways of a benchmark: on free ports, and stopped by process id when it ends. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const children = [];

/** Whether a command is there and ends well. */
export const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

export function start(command, args, { env = {}, ...more } = {}) {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env }, ...more });
  children.push(child);
  return child;
}

export async function startRedis() {
  const port = await freePort();
  start('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp']);
  return `redis://127.0.0.1:${port}/0`;
}

/** Resolves when it is ready. */
export async function startGateway(dist, broker, { nodeArgs = [], args = [] } = {}) {
  const port = await freePort();
  const command = [
    ...nodeArgs,
    join(dist, 'cli/main.js'),
    '--broker',
    broker,
    '--port',
    `${port}`,
    ...args,
  ];
  const child = start(process.execPath, command, { cwd: resolve(dist, '..') });
  const gateway = { pid: child.pid, child, port, url: `http://127.0.0.1:${port}` };
  for (let tries = 0; ; tries++) {
    const { status } = await ask(`${gateway.url}/health/ready`).catch(() => ({ status: 0 }));
    if (status === 200) return gateway;
    if (tries > 300) throw new Error(`the gateway of ${dist} did not become ready`);
    await delay(100);
  }
}

/** A GET, or a POST where there is a body. */
export function ask(url, { agent, body } = {}) {
  return new Promise((settle, fail) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const sent = request(url, { agent, headers, method: body ? 'POST' : 'GET' }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => settle({ status: response.statusCode, text }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

/** In the opposite order of their starts; resolves when all have exited. */
export async function stopAll() {
  for (const child of children.toReversed()) child.kill();
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode === null && child.signalCode === null && child.pid) await once(child, 'exit');
    }),
  );
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
