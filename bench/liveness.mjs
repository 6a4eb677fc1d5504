/**
 * How long `/health/live` waits while one client, one event or one stored text asks for as much as it can: the longest
 * of 200 waits during each attack, beside that of an idle gateway. The machine should be quiet.
 *
 *     npm run bench:liveness
 *
 * Needs `redis-server`.
 */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { ask, startGateway, startRedis, stopAll, works } from './processes.mjs';

const samples = 200;
/** Milliseconds between two requests, and within which each must be answered. */
const pause = 10;
const aim = 250;

const tasks = 100_000;
const names = 10_000;
const workers = 4_000;
const subscribers = 1_000;

const root = fileURLToPath(new URL('..', import.meta.url));

let uuids = 0;
const eventOf = (type, more) => ({
  type,
  hostname: 'w@bench',
  timestamp: Date.now() / 1_000,
  utcoffset: 0,
  clock: ++uuids,
  pid: 1,
  ...more,
});
const received = (index) =>
  eventOf('task-received', {
    uuid: `task-${index}`,
    name: `app.task_${index % names}`,
    args: '()',
    kwargs: '{}',
  });
const failed = (text) =>
  eventOf('task-failed', { uuid: `failed-${uuids}`, exception: 'E', traceback: text });

/** Events in messages of 200, as a busy worker sends them. */
async function publish(redis, events) {
  for (let first = 0; first < events.length; first += 200) {
    const body = Buffer.from(JSON.stringify(events.slice(first, first + 200))).toString('base64');
    await redis.publish(
      '/0.celeryev/task.multi',
      JSON.stringify({
        body,
        'content-encoding': 'utf-8',
        'content-type': 'application/json',
        headers: {},
        properties: { body_encoding: 'base64', delivery_tag: `${first}` },
      }),
    );
  }
}

const list = (length, of) => Array.from({ length }, (_, index) => of(index));
const aliases = (count, of) => `{ ${list(count, (index) => `a${index}: ${of(index)}`).join(' ')} }`;
const query = (text, variables) => JSON.stringify({ query: text, variables });

function requests(gateway) {
  const fields = Object.fromEntries(list(15_000, (index) => [`f${index}`, 1]));
  /** @param of the number of the round, so that no cache answers for the one before */
  const send = (of) => async (round) => {
    const { text } = await ask(`${gateway.url}/graphql`, { body: of(round) });
    if (/"code":"(?!BAD_USER_INPUT|LIST_CUT)/.test(text))
      throw new Error(`not measured: ${text.slice(0, 200)}`);
  };
  return {
    '15,000 unknown input fields': send(() =>
      query('query ($o: TaskOrder) { tasks(orderBy: $o) { totalCount } }', { o: fields }),
    ),
    [`10 searches over ${tasks} tasks`]: send((round) =>
      query(
        aliases(10, (at) => `tasks(first: 1, filter: { search: "x${round}y${at}" }) { totalCount }`),
      ),
    ),
    [`4 windows over ${names} task names`]: send((round) =>
      query(
        aliases(
          4,
          (at) => `taskTypes(windowSeconds: ${60 + ((4 * round + at) % 3_000)}) { nodes { name } }`,
        ),
      ),
    ),
    [`${workers} workers`]: send(() =>
      query('{ workers(first: 20000) { nodes { hostname status freqSeconds } } }'),
    ),
    '1,000 tasks': send((round) =>
      query(
        `{ tasks(first: 1000, filter: { taskIds: [${list(1_000, (at) => `"task-${at * 7 + round}"`)}] }) {
          nodes { taskId name state args kwargs queue worker { hostname } attempts { hostname state } } } }`,
      ),
    ),
  };
}

function texts(redis) {
  const cases = {
    '250 kB of backslashes in a traceback': `Cookie: ${'\\'.repeat(250_000)}`,
    '1 MB of names of secrets in a traceback': "'token': ".repeat(110_000),
  };
  return Object.fromEntries(
    Object.entries(cases).map(([name, text]) => [name, () => publish(redis, [failed(text)])]),
  );
}

/** They subscribe over server-sent events and read nothing. */
function neverReaders({ port }) {
  const body = query('subscription { taskEvents { task { taskId name args kwargs traceback } } }');
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Accept: text/event-stream',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return list(subscribers, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause().write(`${head.join('\r\n')}\r\n\r\n${body}`);
    return socket;
  });
}

/** @param attack is given its number and repeated until there are enough samples */
async function measure(name, { url }, attack) {
  const waits = [];
  let answered = 0;
  const attacks = (async () => {
    while (waits.length < samples) {
      await attack(answered);
      answered++;
    }
  })();
  while (waits.length < samples) {
    const started = performance.now();
    const { status } = await ask(`${url}/health/live`);
    if (status !== 200) throw new Error(`/health/live answered ${status}`);
    waits.push(performance.now() - started);
    await delay(pause);
  }
  await attacks;
  waits.sort((a, b) => a - b);
  const [half, longest] = [waits[samples / 2], waits[samples - 1]];
  const late = waits.filter((wait) => wait > aim).length;
  console.log(
    `${name}: half within ${half.toFixed(1)} ms, longest ${longest.toFixed(0)} ms, ${late} above ${aim} ms; done ${answered} times`,
  );
}

async function run() {
  if (!works('redis-server', ['--version']))
    return void console.log('liveness: skipped, no redis-server');
  const broker = await startRedis();
  // More connections, requests and subscriptions than one client has by default: the limits are not what is measured.
  const args = ['--log-level', 'error', '--rate-limit', '0', '--max-connections', '5000'];
  const gateway = await startGateway(join(root, 'dist'), broker, { args });
  const redis = new Redis(broker);

  await measure('idle', gateway, () => delay(pause));
  await publish(
    redis,
    list(workers, (index) => eventOf('worker-online', { hostname: `w${index}@bench`, freq: 2 })),
  );
  await publish(redis, list(tasks, received));
  await publish(
    redis,
    list(names, (index) => eventOf('task-succeeded', { uuid: `task-${index}`, runtime: 0.1 })),
  );
  for (const attacks of [requests(gateway), texts(redis)])
    for (const [name, attack] of Object.entries(attacks)) await measure(name, gateway, attack);

  const sockets = neverReaders(gateway);
  await delay(3_000);
  const events = list(100, () => failed('T'.repeat(8_000)));
  await measure(`${subscribers} subscribers that read nothing, events of 8 kB`, gateway, () =>
    publish(redis, events),
  );
  for (const socket of sockets) socket.destroy();
  redis.disconnect();
}

try {
  await run();
} finally {
  await stopAll();
}
