/**
 * How long `/health/live` waits while one client, one event or one stored text asks for as much as it can: half of the
 * waits and the longest one during each attack, beside those of an idle gateway.
 */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startGateway } from '../support/gateway.mjs';
import { ask, graphqlPost, requestBytes } from '../support/load.mjs';
import { startRedis } from '../support/servers.mjs';
import { median } from '../support/statistics.mjs';

const sampleCount = 200;
/** Milliseconds between two requests, and within which each must be answered. */
const pause = 10;
const aim = 250;

const tasks = 100_000;
const names = 10_000;
const workers = 4_000;
const subscribers = 1_000;

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
const query = graphqlPost;

function requests(gateway) {
  const fields = Object.fromEntries(list(15_000, (index) => [`f${index}`, 1]));
  /** @param of the number of the round, so that no cache answers for the one before */
  const send = (of) => async (round) => {
    const { body } = await ask(gateway.port, of(round));
    const text = body.toString();
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
  const request = query('subscription { taskEvents { task { taskId name args kwargs traceback } } }');
  const headers = { ...request.headers, accept: 'text/event-stream' };
  const bytes = requestBytes({ ...request, headers }, port);
  return list(subscribers, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pause().write(bytes);
    return socket;
  });
}

/** @param attack is given its number and repeated until there are enough samples */
async function measure(name, { port, samples }, attack) {
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
    const { status } = await ask(port, { method: 'GET', path: '/health/live' });
    if (status !== 200) throw new Error(`/health/live answered ${status}`);
    waits.push(performance.now() - started);
    await delay(pause);
  }
  await attacks;
  const late = waits.filter((wait) => wait > aim).length;
  const longest = Math.max(...waits);
  return {
    case: name,
    'p50 ms': median(waits),
    'longest ms': longest,
    [`above ${aim} ms`]: `${late}`,
    done: `${answered} times`,
  };
}

async function attackAll(gateway, redis) {
  const rows = [await measure('idle', gateway, () => delay(pause))];
  const online = list(workers, (index) =>
    eventOf('worker-online', { hostname: `w${index}@bench`, freq: 2 }),
  );
  await publish(redis, online);
  await publish(redis, list(tasks, received));
  const succeeded = (index) => eventOf('task-succeeded', { uuid: `task-${index}`, runtime: 0.1 });
  await publish(redis, list(names, succeeded));
  for (const attacks of [requests(gateway), texts(redis)])
    for (const [name, attack] of Object.entries(attacks))
      rows.push(await measure(name, gateway, attack));
  const sockets = neverReaders(gateway);
  await delay(3_000);
  const events = list(100, () => failed('T'.repeat(8_000)));
  const what = `${subscribers} subscribers that read nothing, events of 8 kB`;
  rows.push(await measure(what, gateway, () => publish(redis, events)));
  for (const socket of sockets) socket.destroy();
  return rows;
}

export const liveness = {
  name: 'liveness',
  title: 'How long /health/live waits during attacks',
  goals: [{ id: 'longest', what: 'longest wait', unit: 'ms', atMost: aim }],
  async run({ builds, quick }) {
    const rows = [];
    for (const build of builds) {
      const server = await startRedis();
      const gateway = await startGateway(build, server.url);
      const redis = new Redis(server.url);
      const measured = await attackAll({ ...gateway, samples: quick ? 10 : sampleCount }, redis);
      for (const { case: what, ...figures } of measured)
        rows.push({ case: what, of: build.name, ...figures });
      redis.disconnect();
    }
    const own = rows.filter(({ of }) => of === builds[0].name);
    return { rows, values: { longest: Math.max(...own.map((row) => row['longest ms'])) } };
  },
};
