/** Redis, pretend workers and bare servers, each in a process of its own. */
import { Buffer } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { freePort, messageOf, start, works } from './processes.mjs';
import { measurable } from './usage.mjs';

const program = (name) => fileURLToPath(new URL(name, import.meta.url));

export const hasRedis = () => works('redis-server');

/** Thrown where something is not installed: the subject is skipped, with this one line. */
export class Skipped extends Error {}

/** By default Redis closes the connection of a subscriber that is 32 MB behind. */
const unlimited = ['--client-output-buffer-limit', 'pubsub 0 0 0'];

/**
 * An empty Redis that keeps nothing on disk. Resolves to its URL when it answers.
 *
 * @param bursts whether a subscriber may be behind as far as it likes: events are published faster than any cluster does
 */
export async function startRedis({ bursts = false } = {}) {
  if (!hasRedis()) throw new Skipped('redis-server is not installed');
  const port = await freePort();
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', '/tmp'];
  const child = start('redis-server', bursts ? [...flags, ...unlimited] : flags);
  for (let tries = 0; ; tries++) {
    const socket = connect(port, '127.0.0.1');
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return { url: `redis://127.0.0.1:${port}/0`, port, child };
    if (tries > 200) throw new Error(`redis-server did not start\n${child.output()}`);
    await delay(25);
  }
}

/**
 * Workers that send heartbeats and answer commands, and do no work.
 *
 * @param active tasks that each of them says it is executing
 */
export async function startWorkers(redis, count, { active = 0 } = {}) {
  const child = start(
    process.execPath,
    [program('pretend-workers.mjs'), redis.url, `${count}`, `${active}`],
    {
      ipc: true,
    },
  );
  const { hostnames } = await messageOf(child);
  return { child, hostnames };
}

/** Publishes fresh events for some seconds; `done` resolves to how many, and at which rate. */
export async function startPublishing(redis, { rate, seconds, batch }) {
  const args = [redis.port, rate, seconds, batch].map(String);
  const child = start(process.execPath, [program('publisher-process.mjs'), ...args], { ipc: true });
  await messageOf(child);
  return { child, done: messageOf(child) };
}

/**
 * A `node:http` server that does nothing but answer with the same bytes.
 *
 * @param answer `{ status, headers, body }`, the headers as a flat list of names and values
 */
export async function startBare({ status, headers, body }) {
  const child = start(process.execPath, [...measurable.nodeArgs, program('bare-server.mjs')], {
    ipc: true,
    pinned: true,
  });
  child.send({ status, headers, body: Buffer.from(body).toString('base64') });
  const { port } = await messageOf(child);
  return { child, port };
}

/** @param item data that every subscriber receives, @param interval milliseconds between two items */
export async function startBareStreams(item, interval) {
  const child = start(process.execPath, [...measurable.nodeArgs, program('bare-streams.mjs')], {
    ipc: true,
    pinned: true,
  });
  child.send({ item, interval });
  const { port } = await messageOf(child);
  return { child, port };
}

/** Headers that node:http writes by itself. */
const own = /^(date|connection|keep-alive|transfer-encoding)$/i;

/** What `startBare` has to send, out of an answer that `ask` has read. */
export function sameAnswer({ status, head, body }) {
  const lines = head.split('\r\n').slice(1);
  const headers = lines.flatMap((line) => {
    const [, name, value] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    return name === undefined || own.test(name) ? [] : [name, value];
  });
  return { status, headers, body };
}
