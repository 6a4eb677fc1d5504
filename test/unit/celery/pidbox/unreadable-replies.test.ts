/** A reply that cannot be read is an answer: it ends the wait, and its sender is not silent. Time is vitest's. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../../../src/celery/control/control-outcome.js';
import {
  Mailbox,
  type BroadcastOptions,
  type BroadcastResult,
} from '../../../../src/celery/pidbox/mailbox.js';
import { ReplyGathering } from '../../../../src/celery/pidbox/reply-gathering.js';
import { Unreadable } from '../../../../src/celery/messages/unreadable.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

const pong = { ok: 'pong' };
const pickle = { contentType: 'application/x-python-serialize', contentEncoding: 'binary' };
const pickled = Buffer.from([0x80, 2, 0x7d, 0x71, 0, 0x2e]);
const reason = 'content type "application/x-python-serialize" is not readable';
const why = { reason, contentType: pickle.contentType };

let transport: ScriptedTransport;
let alive: string[];
let answered: string[];
let unreadable: Unreadable;
let mailbox: Mailbox;
/** The broadcast under test; undefined until it has ended. */
let result: BroadcastResult | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  [transport, alive, answered, unreadable] = [new ScriptedTransport(), [], [], new Unreadable()];
  mailbox = new Mailbox({
    transport,
    log: silentLogger,
    timeout: 1_000,
    alive: () => alive,
    onReply: (hostname) => void answered.push(hostname),
    unreadable,
  });
});
afterEach(() => {
  mailbox[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function broadcast(options: BroadcastOptions = {}): Promise<void> {
  result = undefined;
  void mailbox.broadcast('ping', {}, options).then((value) => (result = value));
  await pass(0);
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const named = () => [...(result?.unreadable.keys() ?? [])];

describe('unreadable replies', () => {
  it('end the wait and name the only worker that was asked', async () => {
    await broadcast({ destination: ['w1'] });
    transport.deliverBytes(pickled, pickle);
    await pass(0);

    expect(result).toMatchObject({ replies: new Map(), unreadable: new Map([['w1', why]]), silent: [] });
    expect(answered).toEqual(['w1']);
    expect(unreadable.snapshot().reply).toMatchObject({
      total: 1,
      lastReason: reason,
      lastContentType: pickle.contentType,
      lastHostname: 'w1',
    });
  });

  it.each([
    ['Redis, which counts the receivers', 2, false],
    ['RabbitMQ, which lists the pidboxes', null, true],
    ['a broker that only knows some pidboxes', null, false],
  ])('end the wait over %s', async (_, receivers, exact) => {
    alive = ['w1', 'w2'];
    Object.assign(transport, { receivers, exact, bound: ['w1', 'w2'] });
    await broadcast();
    transport.reply('w1', pong);
    await pass(5);
    expect(result).toBeUndefined();

    transport.deliverBytes(pickled, pickle);
    await pass(0);
    expect([[...(result?.replies.keys() ?? [])], named(), result?.silent]).toEqual([['w1'], ['w2'], []]);
  });

  it('of every worker name them all', async () => {
    [alive, transport.receivers] = [['w2', 'w1'], 2];
    await broadcast();
    transport.deliverBytes(pickled, pickle);
    transport.deliverBytes(pickled, pickle);
    await pass(0);
    expect([named(), result?.silent, answered]).toEqual([['w1', 'w2'], [], ['w1', 'w2']]);
  });

  it('of workers that no event has named are those of the pidboxes, if there are as many', async () => {
    [transport.receivers, transport.bound] = [1, ['w1']];
    await broadcast();
    transport.deliverBytes(pickled, pickle);
    await pass(100);
    expect([named(), result?.unnamed]).toEqual([['w1'], null]);
  });

  it('are not lost where nothing names their sender', async () => {
    transport.receivers = 1;
    await broadcast();
    transport.deliverBytes(pickled, pickle);
    await pass(100);
    expect(result).toMatchObject({ unreadable: new Map(), unnamed: why, silent: [] });
  });

  it('say so where one of several workers may have sent them', async () => {
    [alive, transport.receivers] = [['w1', 'w2'], 2];
    await broadcast();
    transport.deliverBytes(pickled, pickle);
    await pass(1_000);
    expect(result?.silent).toEqual([]);
    expect(result?.unreadable.get('w1')?.reason).toBe(
      `${reason} (1 of 2 workers answered so: which ones is unknown)`,
    );
    expect([...(result?.unreadable.values() ?? [])]).toMatchObject([
      { isUncertain: true },
      { isUncertain: true },
    ]);
    expect(answered).toEqual([]);
  });

  it('come from the worker whose last reply could not be read either', async () => {
    alive = ['w1', 'w2'];
    await broadcast({ destination: ['w1'] });
    transport.deliverBytes(pickled, pickle);
    await pass(0);

    await broadcast();
    transport.deliverBytes(pickled, pickle);
    await pass(1_000);
    expect([named(), result?.silent]).toEqual([['w1'], ['w2']]);
    // A guess: w2 may have begun to answer so, and w1 may have died.
    expect(result?.unreadable.get('w1')).toEqual({ ...why, isUncertain: true });
    expect(answered).toEqual(['w1']);
  });

  it.each([
    ['broken msgpack', { contentType: 'application/x-msgpack' }, Buffer.from([0x81, 0xa1, 0x61])],
    ['an unknown compression', { headers: { compression: 'application/x-bz2' } }, Buffer.from('x')],
    ['an unknown encoding', { contentEncoding: 'klingon' }, Buffer.from('{"w1": {"ok": "pong"}}')],
    ['what is not UTF-8', {}, Buffer.from([0x7b, 0xff, 0x7d])],
    ['no worker at all', {}, Buffer.from('{}')],
    ['a list', {}, Buffer.from('[1]')],
  ])('are those of %s', async (_, changes, body) => {
    await broadcast({ destination: ['w1'] });
    const headers = { ticket: transport.ticket, ...('headers' in changes && changes.headers) };
    transport.deliverBytes(body, { ...changes, headers });
    await pass(0);
    expect([named(), result?.silent]).toEqual([['w1'], []]);
  });
});

describe('a crowd of workers', () => {
  it('is named within the time of a test, however many may have answered', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `w${index}`);
    const gathering = new ReplyGathering(null, names);
    gathering.addUnreadable(why);
    expect([gathering.silent.length, gathering.unreadable.size]).toEqual([0, 10_000]);
  });
});

describe('a control that is answered unreadably', () => {
  const gathered = { replies: new Map<string, unknown>(), unnamed: null, silent: [], at: 0 };

  it('is neither silent nor without a reply', () => {
    const outcome = outcomeOf('rate_limit', { ...gathered, unreadable: new Map([['w1', why]]) }, 1_000);
    expect(outcome).toMatchObject({
      replies: [],
      silent: [],
      failures: [
        {
          hostname: 'w1',
          error: {
            code: 'UNREADABLE_REPLY',
            message: `w1 answered rate_limit, but the reply cannot be read: ${reason}`,
          },
        },
      ],
    });
  });

  it.each([[true], [{ ok: 5 }], [['ok']], [null]])('has not refused when it says %j', (value) => {
    const replies = new Map<string, unknown>([['w1', value]]);
    const outcome = outcomeOf('rate_limit', { ...gathered, replies, unreadable: new Map() }, 1_000);
    expect(outcome.replies).toEqual([]);
    expect(outcome.failures).toMatchObject([{ hostname: 'w1', error: { code: 'UNREADABLE_REPLY' } }]);
  });

  it('says so where the name of the worker is unknown', () => {
    const outcome = outcomeOf('ping', { ...gathered, unreadable: new Map(), unnamed: why }, 1_000);
    expect(outcome.failures).toMatchObject([{ hostname: null, error: { code: 'UNREADABLE_REPLY' } }]);
  });
});
