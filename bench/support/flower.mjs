/** Flower, where it is installed: `python3 -m venv .venv-flower && .venv-flower/bin/pip install flower redis`. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './builds.mjs';
import { ask } from './load.mjs';
import { freePort, start, works } from './processes.mjs';

const celery = join(root, '.venv-flower/bin/celery');
const python = join(root, '.venv-flower/bin/python');

/** Null where it is not installed. Resolves when it answers, which is before it has any event. */
export async function startFlower(redis, { tasks }) {
  if (!works(python, ['-c', 'import flower, redis'])) return null;
  const port = await freePort();
  const child = start(
    celery,
    [`--broker=${redis.url}`, 'flower', `--port=${port}`, '--address=127.0.0.1', `--max_tasks=${tasks}`],
    { pinned: true, env: { FLOWER_UNAUTHENTICATED_API: 'true' } },
  );
  for (let tries = 0; ; tries++) {
    const answer = await ask(port, { method: 'GET', path: '/healthcheck' }).catch(() => null);
    if (answer?.status === 200) return { child, port };
    if (child.exitCode !== null || tries > 300)
      throw new Error(`Flower did not start\n${child.output()}`);
    await delay(100);
  }
}

/** Flower loses events of a burst: resolves when a page has as many tasks as can be expected. */
export async function untilFlowerHas({ port }, least) {
  const path = `/api/tasks?limit=${least}`;
  for (let tries = 0; tries < 100; tries++) {
    const { body } = await ask(port, { method: 'GET', path });
    if (Object.keys(JSON.parse(body.toString())).length >= least) return;
    await delay(100);
  }
  throw new Error(`Flower does not have ${least} tasks`);
}
