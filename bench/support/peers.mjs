/**
 * What others would serve the page with. They are installed into a folder of their own, once, and never with the gateway:
 * they bring libraries that it must not have, such as a second `graphql`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './builds.mjs';
import { query } from './load.mjs';
import { messageOf, start } from './processes.mjs';
import { measurable } from './usage.mjs';

export const peersFolder = join(root, 'bench/peers');

const installed = join(peersFolder, 'node_modules/.package-lock.json');
const names = {
  yoga: 'Yoga, response cache',
  mercurius: 'mercurius, JIT and cache',
  apollo: 'Apollo, response cache',
};

/** Milliseconds that the installation may take. */
const patience = 120_000;

let isTried = false;

/**
 * Whether the peers are there, or could be installed now.
 *
 * @param quick whether they are not to be installed
 */
export function installPeers({ quick }) {
  if (!existsSync(installed) && !quick && !isTried) {
    isTried = true;
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    spawnSync('npm', args, { cwd: peersFolder, stdio: 'ignore', timeout: patience });
  }
  return existsSync(installed);
}

export const notInstalled = 'peers not installed: no network?';

/** Each peer serves what the gateway answers to the query now, from the same data and by the same document. */
export async function startPeers(context, gateway, text) {
  if (!installPeers(context)) return { peers: [], note: notInstalled };
  const { tasks } = await query(gateway.port, text);
  const peers = [];
  for (const [file, name] of Object.entries(names)) {
    const child = start(process.execPath, [...measurable.nodeArgs, join(peersFolder, `${file}.mjs`)], {
      cwd: peersFolder,
      env: { NODE_ENV: 'production' },
      ipc: true,
      pinned: true,
    });
    child.send({ nodes: tasks.nodes });
    const { port } = await messageOf(child);
    peers.push({ name, child, port });
  }
  return { peers, note: null };
}
