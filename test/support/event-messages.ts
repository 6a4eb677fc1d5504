/** Messages on the event channel, good and bad, as Celery or a confused producer publishes them. */

export const eventChannel = '/0.celeryev/task.multi';

type Fields = Readonly<Record<string, unknown>>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** kombu's envelope around a body that is given as text. */
export function envelope(body: string, more: Fields = {}): string {
  return JSON.stringify({
    body: base64(body),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { hostname: 'bad@test' },
    properties: { delivery_mode: 1, body_encoding: 'base64', delivery_tag: 'a-tag' },
    ...more,
  });
}

export function taskEvent(uuid: string, more: Fields = {}): Fields {
  const common = { hostname: 'bad@test', pid: 1, clock: 7, utcoffset: 0, timestamp: Date.now() / 1000 };
  return { type: 'task-started', uuid, ...common, ...more };
}

const message = (body: unknown): string => envelope(JSON.stringify(body));
const task = (more: Fields): string => message(taskEvent('bad', more));
const heartbeat = (more: Fields): string =>
  message({ ...taskEvent('unused'), type: 'worker-heartbeat', freq: 2, hostname: 'odd@test', ...more });

/** What it is, the message, and how many events of it are malformed. */
export const oddMessages: readonly (readonly [name: string, message: string, malformed: number])[] = [
  ['text that is not JSON', 'not JSON', 1],
  ['a body that is not JSON', envelope('x'), 1],
  ['pickle', envelope('cos\nsystem', { 'content-type': 'application/x-python-serialize' }), 1],
  ['an unknown content type', envelope('{}', { 'content-type': 'text/x-unknown' }), 1],
  ['JSON without an envelope', JSON.stringify(taskEvent('bad')), 1],
  ['a list for an envelope', '[1, 2]', 1],
  ['a body that is not base64', envelope('', { body: '%%%' }), 1],
  ['a null body', envelope('null'), 1],
  ['a number for a body', envelope('7'), 1],
  ['an event without a type', task({ type: undefined }), 1],
  ['a type that is no text', task({ type: 7 }), 1],
  ['a type without a dash', task({ type: 'task' }), 1],
  ['no uuid', task({ uuid: undefined }), 1],
  ['a null uuid', task({ uuid: null }), 1],
  ['a list for a uuid', task({ uuid: ['bad'] }), 1],
  ['no hostname', task({ hostname: undefined }), 1],
  ['no timestamp', task({ timestamp: undefined }), 1],
  ['a timestamp in text', task({ timestamp: '1795000000' }), 1],
  ['a timestamp of the far future', task({ timestamp: 9e12 }), 1],
  ['a clock in text', task({ uuid: 'clock-text', clock: '7' }), 0],
  ['two bad events in a batch', message([null, taskEvent('batched'), []]), 2],
  ['a heartbeat with text for a frequency', heartbeat({ freq: 'abc' }), 0],
  ['a heartbeat without a frequency', heartbeat({ freq: undefined, active: 'many', loadavg: 'x' }), 0],
  ['an absurd clock', task({ uuid: 'clocked', clock: 1e30 }), 0],
  ['an unknown kind of event', task({ uuid: 'custom', type: 'task-foo' }), 0],
  ['unknown fields', task({ uuid: 'unknown-fields', __class__: 'os.system', state: 'HACK' }), 0],
];
