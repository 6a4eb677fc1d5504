/** Events as a busy cluster sends them: three a task, some of which fail, in the order of their times. */
import { randomUUID } from 'node:crypto';
import { parseEvents } from '../dist/celery/events/event.js';

/** Epoch seconds of the first event. */
export const start = 1_795_000_000;
/** Tasks that come each second. */
export const rate = 200;

const nameCount = 5;
const workerCount = 4;
const maxWaitSeconds = 2;
const maxRuntimeSeconds = 5;

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

/** Event bodies of `count` tasks. */
export function eventBodies(count) {
  const random = generator(1);
  const events = [];
  for (let at = 0; at < count; at++) {
    const hostname = workerOf(Math.floor(random() * workerCount));
    const about = { hostname, uuid: randomUUID(), pid: 7, utcoffset: 0 };
    const inWorkflow = at < workflowSize && { root_id: rootId, parent_id: rootId };
    const receivedAt = start + at / rate;
    const startedAt = receivedAt + random() * maxWaitSeconds;
    const runtime = 0.001 + random() * maxRuntimeSeconds;
    events.push({
      ...{ type: 'task-received', timestamp: receivedAt, ...about, ...inWorkflow },
      ...{ name: nameOf(Math.floor(random() * nameCount)), retries: at % 5 === 0 ? 1 + (at % 3) : 0 },
      ...{ args: `(${at}, 'customer-${at % 977}@shop.example')`, kwargs: "{'priority': 'high'}" },
      ...{ eta: null, expires: null },
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

/** As they are sent: in batches of at most 24. */
export function eventTexts(count) {
  const bodies = eventBodies(count);
  const texts = [];
  for (let at = 0; at < bodies.length; at += 24) texts.push(JSON.stringify(bodies.slice(at, at + 24)));
  return texts;
}

export function parsedEvents(count) {
  return eventTexts(count).flatMap((text) => parseEvents(JSON.parse(text)).events);
}
