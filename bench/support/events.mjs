/** Events as a busy cluster sends them: three a task, some of which fail, in the order of their times. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

const nameCount = 5;
const workerCount = 4;
const maxWaitSeconds = 2;
const maxRuntimeSeconds = 5;
/** Events in one message of a worker, at most, as Celery batches them. */
export const batchSize = 24;

export const nameOf = (at) => `shop.${['orders', 'mail', 'billing', 'stock', 'search'][at % nameCount]}`;
export const workerOf = (at) => `celery@host-${at % workerCount}`;
/** All of a thousand, and the first thousand of more: each workflow has 250 tasks. */
export const rootId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const workflowSize = 250;

/** The same figures at every run. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function taskId(seed, at) {
  const hex = createHash('md5').update(`${seed} ${at}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/**
 * Event bodies of `count` tasks.
 *
 * @param start epoch seconds at which the first is received
 * @param rate tasks a second
 * @param seed another one gives other tasks
 */
export function eventBodies(count, { start, rate = 200, seed = 1 }) {
  const random = generator(seed);
  const events = [];
  for (let at = 0; at < count; at++) {
    const hostname = workerOf(Math.floor(random() * workerCount));
    const about = { hostname, uuid: taskId(seed, at), pid: 7, utcoffset: 0 };
    const workflow = at < workflowSize ? { root_id: rootId, parent_id: rootId } : {};
    const receivedAt = start + at / rate;
    const startedAt = receivedAt + random() * maxWaitSeconds;
    const runtime = 0.001 + random() * maxRuntimeSeconds;
    events.push({
      type: 'task-received',
      timestamp: receivedAt,
      ...about,
      ...workflow,
      name: nameOf(Math.floor(random() * nameCount)),
      retries: at % 5 === 0 ? 1 + (at % 3) : 0,
      args: `(${at}, 'customer-${at % 977}@shop.example')`,
      kwargs: "{'priority': 'high'}",
      eta: null,
      expires: null,
    });
    events.push({ type: 'task-started', timestamp: startedAt, ...about });
    const timestamp = startedAt + runtime;
    if (at % 7 === 0) {
      const exception = `TimeoutError('no answer to order ${at}')`;
      const traceback = `Traceback (most recent call last):\n  File "orders.py", line 7\n${exception}`;
      events.push({ type: 'task-failed', timestamp, ...about, exception, traceback });
    } else {
      events.push({ type: 'task-succeeded', timestamp, ...about, runtime, result: `'order ${at}'` });
    }
  }
  return events
    .sort((a, b) => a.timestamp - b.timestamp)
    .map((event, clock) => ({ ...event, clock: clock + 1 }));
}

/** Of tasks that have all ended by now: pages of them do not change. */
export function pastEvents(count, options = {}) {
  const rate = Math.max(200, count / 1_800);
  const start = Date.now() / 1_000 - count / rate - maxWaitSeconds - maxRuntimeSeconds - 1;
  return eventBodies(count, { start, rate, ...options });
}

/** kombu's message around a body. */
export function envelope(body, { headers = {}, routingKey = 'task.multi' } = {}) {
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers,
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange: 'celeryev', routing_key: routingKey },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: '0d9a4ea4-6a6e-4d41-a4bd-4d3a14b9e1d5',
    },
  });
}

const channelOf = (routingKey) => `/0.celeryev/${routingKey}`;

/** @returns {{ channel: string, text: string, events: number }[]} one message for each `size` events */
export function messagesOf(events, size) {
  if (size === 1)
    return events.map((event) => {
      const routingKey = event.type.replace('-', '.');
      const text = envelope(event, { headers: { hostname: event.hostname }, routingKey });
      return { channel: channelOf(routingKey), text, events: 1 };
    });
  const messages = [];
  for (let at = 0; at < events.length; at += size) {
    const batch = events.slice(at, at + size);
    messages.push({ channel: channelOf('task.multi'), text: envelope(batch), events: batch.length });
  }
  return messages;
}
