/** When a broadcast ends, and what it brings. Time is vitest's. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import type { BroadcastOptions, BroadcastResult } from '../../../../src/celery/pidbox/mailbox.js';
import { BrokerUnavailableError } from '../../../../src/errors.js';
import { createLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

const pong = { ok: 'pong' };
const start = Date.UTC(2026, 2, 1);

let transport: ScriptedTransport;
let alive: string[];
let answered: string[];
let logs: string[];
let mailbox: Mailbox;
/** The broadcast under test; undefined until it has ended. */
let result: BroadcastResult | undefined;
let failure: unknown;

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  [transport, alive, answered, logs] = [new ScriptedTransport(), [], [], []];
  [result, failure] = [undefined, undefined];
  mailbox = new Mailbox({
    transport,
    log: createLogger('warn', (line) => void logs.push(line)),
    timeout: 1_000,
    alive: () => alive,
    onReply: (hostname) => void answered.push(hostname),
  });
});
afterEach(() => {
  mailbox[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0); // whatever came of it, no timer outlives a broadcast
  vi.useRealTimers();
});

async function broadcast(options: BroadcastOptions = {}): Promise<void> {
  mailbox.broadcast('ping', {}, options).then(
    (value) => (result = value),
    (error: unknown) => (failure = error),
  );
  await pass(0);
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const names = () => [...(result?.replies.keys() ?? [])];

describe('a broadcast to every worker', () => {
  it('ends at the reply of the last worker that lives and listens', async () => {
    [alive, transport.receivers, transport.bound] = [['w1', 'w2'], 2, ['w1', 'w2']];
    await broadcast();
    expect(transport.requests).toEqual([
      { method: 'ping', arguments: {}, destination: null, ticket: transport.ticket },
    ]);

    await pass(20);
    transport.reply('w1', pong);
    await pass(10);
    expect(result).toBeUndefined();

    transport.reply('w2', pong);
    await pass(0);
    expect(result).toEqual({
      replies: new Map([
        ['w1', pong],
        ['w2', pong],
      ]),
      unreadable: new Map(),
      unnamed: null,
      silent: [],
      at: start + 30,
      receivers: 2,
    });
    expect(answered).toEqual(['w1', 'w2']);
  });

  it('ends at the last bound node where the broker cannot count receivers', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], null, ['w1', 'w2']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(50);
    expect(result).toBeUndefined();
    transport.reply('w2', pong);
    await pass(0);
    expect(names()).toEqual(['w1', 'w2']);
  });

  it('waits a moment longer for a node that is bound and shows no sign of life', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], 2, ['w1', 'w2']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(99);
    expect(result).toBeUndefined();
    await pass(1);
    expect([names(), result?.silent]).toEqual([['w1'], ['w2']]);
  });

  it('counts that moment from the latest reply', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], 3, ['w1', 'w2', 'w3']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(90);
    transport.reply('w3', pong);
    await pass(90);
    expect(result).toBeUndefined();
    await pass(10);
    expect(names()).toEqual(['w1', 'w3']);
  });

  it('does not wait a deadline for a killed worker that is still called alive', async () => {
    [alive, transport.receivers, transport.bound] = [['w1', 'killed'], 1, ['w1', 'killed']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(100);
    expect([names(), result?.silent]).toEqual([['w1'], ['killed']]);
  });

  it('does not call silent who lingers in the bindings, once as many replied as listen', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], 1, ['w1', 'killed']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(0);
    expect([names(), result?.silent]).toEqual([['w1'], []]);
  });

  it('ends at the deadline, however many replied, and names the silent in order', async () => {
    [alive, transport.receivers, transport.bound] = [['w3', 'w1', 'w2'], 3, ['w2', 'w4']];
    await broadcast();
    await pass(500);
    transport.reply('w1', pong);
    await pass(499);
    expect(result).toBeUndefined();
    await pass(1);
    expect(result).toMatchObject({ silent: ['w2', 'w3', 'w4'], at: start + 1_000 });
    expect(names()).toEqual(['w1']);
  });

  it('ends at once where two workers share a name, since only one of them is counted', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], 2, ['w1']];
    await broadcast();
    transport.reply('w1', pong);
    await pass(0);
    expect([names(), result?.silent]).toEqual([['w1'], []]);
  });

  it('ends at a deadline of its own', async () => {
    [alive, transport.receivers] = [['w1'], 1];
    await broadcast({ timeout: 250 });
    await pass(250);
    expect(result?.silent).toEqual(['w1']);
  });

  it('waits until its deadline where no worker is known, since one may answer', async () => {
    await broadcast();
    await pass(999);
    expect(result).toBeUndefined();
    await pass(1);
    expect(result).toMatchObject({ replies: new Map(), silent: [] });
  });

  it('ends in a moment where the broker says that no node is bound', async () => {
    transport.receivers = 0;
    await broadcast();
    await pass(100);
    expect(result).toMatchObject({ replies: new Map(), silent: [] });
  });

  it('keeps apart the replies of broadcasts that run at the same time', async () => {
    [alive, transport.receivers] = [['w1'], 1];
    const first = mailbox.broadcast('ping');
    await pass(0);
    const ticket = transport.ticket;
    const second = mailbox.broadcast('stats');
    await pass(0);
    transport.reply('w1', { pid: 7 });
    transport.reply('w1', pong, ticket);
    expect((await first).replies.get('w1')).toEqual(pong);
    expect((await second).replies.get('w1')).toEqual({ pid: 7 });
  });
});

describe('a broadcast to named workers', () => {
  it('ends at the reply of the last of them, even if others are bound', async () => {
    [alive, transport.receivers, transport.bound] = [['w1', 'w2'], 5, ['w1', 'w2', 'w3']];
    await broadcast({ destination: ['w2'] });
    expect(transport.requests[0]?.destination).toEqual(['w2']);
    transport.reply('w2', pong);
    await pass(0);
    expect([names(), result?.silent]).toEqual([['w2'], []]);
  });

  it('names the silent of them alone', async () => {
    [alive, transport.bound] = [
      ['w1', 'w2', 'w3'],
      ['w1', 'w2', 'w3'],
    ];
    await broadcast({ destination: ['w3', 'w2', 'w1'] });
    transport.reply('w2', pong);
    await pass(1_000);
    expect([names(), result?.silent]).toEqual([['w2'], ['w1', 'w3']]);
  });

  it('does not wait out the deadline for a node with heartbeats and no pidbox', async () => {
    [alive, transport.receivers, transport.bound] = [['w1', 'w2'], 1, ['w1', 'w2']];
    await broadcast({ destination: ['w1', 'w2'] });
    transport.reply('w1', pong);
    await pass(100);
    expect([names(), result?.silent]).toEqual([['w1'], ['w2']]);
  });

  it('waits no longer than a moment for one that neither lives nor listens', async () => {
    [alive, transport.bound] = [['w1'], ['w1']];
    await broadcast({ destination: ['w1', 'gone'] });
    transport.reply('w1', pong);
    await pass(100);
    expect([names(), result?.silent]).toEqual([['w1'], ['gone']]);
  });
});

describe('replies', () => {
  beforeEach(() => {
    [alive, transport.receivers] = [['w1'], 1];
  });

  it('to another client, or after the deadline, are dropped', async () => {
    await broadcast();
    const late = transport.ticket;
    transport.reply('w1', pong, 'foreign');
    await pass(1_000);
    expect([names(), result?.silent]).toEqual([[], ['w1']]);
    transport.reply('w1', pong, late);
    expect([names(), answered, logs]).toEqual([[], [], []]);
  });

  it.each([
    ['without a ticket', pong, {}],
    ['with a ticket that is no text', pong, { ticket: 7 }],
  ])('%s are skipped with a line in the log', async (_name, body, headers) => {
    await broadcast();
    transport.deliver(body, headers);
    expect(logs).toHaveLength(1);
    transport.reply('w1', pong);
    await pass(0);
    expect(names()).toEqual(['w1']);
  });

  it.each([[['w1']], ['w1'], [null], [7]])(
    'whose body is %j are skipped with a line in the log',
    async (body) => {
      alive = ['w1', 'w2'];
      await broadcast();
      transport.deliver(body, { ticket: transport.ticket });
      expect(logs.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
        'skipped malformed remote control replies',
      ]);
      transport.reply('w1', pong);
      await pass(0);
      expect([names(), [...(result?.unreadable.keys() ?? [])]]).toEqual([['w1'], ['w2']]);
    },
  );

  it('that are malformed are warned of once a minute, with their number', async () => {
    const warned = () => logs.map((line) => (JSON.parse(line) as { count: unknown }).count);
    for (let n = 0; n < 50; n++) transport.deliver([], {});
    expect(warned()).toEqual([1]);
    await pass(60_000);
    expect(warned()).toEqual([1, 49]);
  });

  it('of a node that is called like a property of objects are kept', async () => {
    alive = ['constructor'];
    await broadcast();
    transport.reply('constructor', pong);
    await pass(0);
    expect(names()).toEqual(['constructor']);
  });
});

describe('an event loop that stands still', () => {
  /** The timers that are due by then fire that much too late. */
  async function stall(milliseconds: number, until: number): Promise<void> {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
    await pass(until);
  }
  afterEach(() => vi.restoreAllMocks());

  it('leaves a reply that has come meanwhile the time to be read', async () => {
    [alive, transport.receivers] = [['w1'], 1];
    await broadcast();
    await stall(500, 1_000);
    expect(result).toBeUndefined();
    transport.reply('w1', pong);
    await pass(0);
    expect([names(), result?.silent]).toEqual([['w1'], []]);
  });

  it('leaves it that also in the moment that doubtful nodes get', async () => {
    [alive, transport.receivers, transport.bound] = [['w1'], 2, ['w1', 'w2']];
    await broadcast();
    transport.reply('w1', pong);
    await stall(500, 100);
    expect(result).toBeUndefined();
    transport.reply('w2', pong);
    await pass(0);
    expect(names()).toEqual(['w1', 'w2']);
  });

  it('does not count a silent worker as one that answered', async () => {
    [alive, transport.receivers] = [['w1'], 1];
    await broadcast();
    await stall(500, 1_000);
    await pass(250);
    expect(result).toMatchObject({ silent: ['w1'] });
  });
});

describe('a broker that goes away', () => {
  it('rejects what is under way, at once', async () => {
    await broadcast();
    transport.lose();
    await pass(0);
    expect(failure).toBeInstanceOf(BrokerUnavailableError);
    expect(failure).toMatchObject({ message: 'Broker at redis://test:6379/0 is unavailable' });
  });

  it('rejects what is under way when the cluster is closed', async () => {
    transport.receivers = 1;
    await broadcast();
    mailbox[Symbol.dispose]();
    await pass(0);
    expect(failure).toBeInstanceOf(BrokerUnavailableError);
  });

  it('rejects what cannot be published', async () => {
    transport.failure = new BrokerUnavailableError('redis://test:6379/0');
    await broadcast();
    expect(failure).toBe(transport.failure);
  });
});

describe('a cast', () => {
  it('is sent without a ticket, since it has no reply', async () => {
    await mailbox.cast('heartbeat');
    expect(transport.requests).toEqual([
      { method: 'heartbeat', arguments: {}, destination: null, ticket: null },
    ]);
  });
});
