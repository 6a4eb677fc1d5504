/** A connection is no proof that events arrive and can be read. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Celery } from '../../../../src/celery/celery.js';
import { checkHealth, overall } from '../../../../src/celery/health/index.js';
import type { RawMessage } from '../../../../src/celery/messages/message.js';
import { MalformedMessageError } from '../../../../src/errors.js';
import { silentLogger } from '../../../../src/log.js';
import { eventually } from '../../../support/eventually.js';
import { ScriptedTransport } from '../scripted-transport.js';

let now: number;
let transport: ScriptedTransport;
let celery: Celery;

beforeEach(() => {
  now = 1_000_000;
  transport = new ScriptedTransport();
  transport.connection = { ...transport.connection, since: now };
  celery = new Celery({
    transport,
    results: null,
    log: silentLogger,
    inspectTimeout: 50,
    queues: [],
    maxTasks: 10,
    maxTaskBytes: 1_000_000,
    clock: () => now,
  });
  celery.events.start();
  celery.gaps.close();
});

async function check(name: string) {
  const checks = await checkHealth(celery);
  const found = checks.find((each) => each.name === name);
  return { overall: overall(checks), status: found?.status, message: found?.message };
}

const pickled: RawMessage = {
  size: 1,
  read: () => {
    throw new MalformedMessageError('content type "application/x-python-serialize" is not readable', {
      contentType: 'application/x-python-serialize',
    });
  },
};

describe('check event_stream', () => {
  it('is DEGRADED from the first unreadable event on, with its content type', async () => {
    transport.deliverEvent(pickled);
    const first = await check('event_stream');
    expect(first.status).toBe('DEGRADED');
    expect(first.message).toContain('application/x-python-serialize');
    expect(first.message).toContain('set event_serializer to "json"');
    for (let minute = 0; minute < 10; minute++) {
      now += 30_000;
      transport.deliverEvent(pickled);
      expect((await check('event_stream')).status).toBe('DEGRADED');
    }
  });

  it('is DEGRADED while events of another type come, whatever odd ones come between', async () => {
    transport.deliverEvent(pickled);
    const odd: RawMessage = {
      size: 1,
      read: () => {
        throw new MalformedMessageError('it is odd');
      },
    };
    transport.deliverEvent(odd);
    const { status, message } = await check('event_stream');
    expect([status, message]).toEqual([
      'DEGRADED',
      expect.stringContaining('application/x-python-serialize'),
    ]);
  });

  it('is DEGRADED for as long as workers answer and no event comes, with a hint at the settings', async () => {
    transport.bound = ['w1@h'];
    for (let look = 1; look <= 5; look++) {
      now += 31_000;
      const looked = celery.silence.look();
      await answerPing(look);
      await looked;
      const { status, message } = await check('event_stream');
      expect([status, message]).toEqual([
        'DEGRADED',
        expect.stringMatching(/workers answer \(1\).*FANOUT_PREFIX, FANOUT_PATTERNS/),
      ]);
    }
    expect(transport.requests.filter(({ method }) => method === 'heartbeat')).toHaveLength(5);
  });

  it('names the setting that hides the workers, until the first event comes', async () => {
    transport.hints = ['set GLOBAL_KEYPREFIX'];
    now += 31_000;
    await celery.silence.look();
    expect(await check('event_stream')).toEqual({
      overall: 'DEGRADED',
      status: 'DEGRADED',
      message: 'no event yet, and no worker answers; set GLOBAL_KEYPREFIX',
    });
    transport.deliverEvent(pickled);
    expect((await check('event_stream')).message).not.toContain('GLOBAL_KEYPREFIX');
  });

  it('looks for such a setting once a minute, and says it no more once there is nothing to say', async () => {
    transport.hints = ['set GLOBAL_KEYPREFIX'];
    now += 31_000;
    await celery.silence.look();
    transport.hints = [];
    now += 31_000;
    await celery.silence.look();
    expect((await check('event_stream')).message).toContain('set GLOBAL_KEYPREFIX');
    now += 31_000;
    await celery.silence.look();
    expect((await check('event_stream')).message).not.toContain('GLOBAL_KEYPREFIX');
  });

  it('does not ask the workers while there is no silence', async () => {
    now += 5_000;
    await celery.silence.look();
    expect(transport.requests).toEqual([]);
  });

  it('is DEGRADED while a message to ourselves does not come back', async () => {
    transport.impairments = [{ part: 'events', reason: 'it did not come back' }];
    expect(await check('event_stream')).toEqual({
      overall: 'DEGRADED',
      status: 'DEGRADED',
      message: 'it did not come back',
    });
    expect((await check('broker')).status).toBe('OK');
  });
});

describe('check broker', () => {
  it('is DEGRADED, with the words of the server, while that refuses what is needed', async () => {
    transport.impairments = [{ part: 'requests', reason: 'OOM command not allowed' }];
    expect(await check('broker')).toMatchObject({
      status: 'DEGRADED',
      message:
        'connected to redis://test:6379/0, but it refuses what is needed: OOM command not allowed',
    });
  });

  it('fails an inspect command at once where its replies could not be read', async () => {
    transport.impairments = [{ part: 'replies', reason: "NOPERM ... 'lrange' command" }];
    await expect(celery.inspect.load('ping', { all: true })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('lrange') as string,
    });
    expect(transport.requests).toEqual([]);
  });
});

/** Answers the ping of this number as soon as it is there. */
async function answerPing(number: number): Promise<void> {
  const ping = await eventually(() => {
    const found = transport.requests.filter(({ method }) => method === 'ping')[number - 1];
    if (found === undefined) throw new Error('no ping yet');
    return found;
  });
  transport.reply('w1@h', { ok: 'pong' }, ping.ticket ?? '');
}
