import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GuardedInspect } from '../../../../src/celery/inspect/guarded-inspect.js';
import { InspectLoader } from '../../../../src/celery/inspect/inspect-loader.js';
import { Inspect } from '../../../../src/celery/inspect/inspect.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

const hostnames = ['w1', 'w2'];

/** Workers that answer all but what they cannot encode, and what reaches them together with it. */
class Workers extends ScriptedTransport {
  readonly broken = new Map<string, readonly string[]>();
  readonly notListening = new Set<string>();

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const { method, destination, ticket } = request;
    setImmediate(() => {
      for (const hostname of destination ?? hostnames) {
        if (this.notListening.has(hostname)) continue;
        if (this.broken.get(hostname)?.includes(method) === true) continue;
        this.reply(hostname, method === 'ping' ? { ok: 'pong' } : [], ticket ?? '');
      }
    });
    return hostnames.length;
  }

  get sent(): unknown[] {
    return this.requests.map(({ method, destination }) => [method, destination]);
  }
}

let transport: Workers;
let clock: { now: number };
let silent: string[];
let inspect: GuardedInspect;
beforeEach(() => {
  transport = new Workers();
  clock = { now: 1_000 };
  silent = [];
  const alive = () => hostnames;
  const mailbox = new Mailbox({ transport, log: silentLogger, timeout: 50, alive });
  inspect = new GuardedInspect({
    inspect: new Inspect(mailbox),
    alive,
    onSilent: async (names) => {
      await nextTurn();
      silent.push(...names);
    },
    clock: () => clock.now,
  });
});

const empty = { ok: true, value: [] };
const failure = { ok: false, error: expect.stringContaining('answers other commands') as string };

describe('a worker that fails at a command', () => {
  it('is an error of its own, and costs the others nothing', async () => {
    transport.broken.set('w1', ['reserved']);
    const { replies, silent: missing } = await inspect.run('reserved');
    expect(Object.fromEntries(replies)).toEqual({ w1: failure, w2: empty });
    expect(missing).toEqual([]);
    expect(transport.sent).toEqual([
      ['reserved', null],
      ['ping', ['w1']],
    ]);
  });

  it('is not asked for it again for a minute, and for other things as ever', async () => {
    transport.broken.set('w1', ['scheduled']);
    await inspect.run('scheduled');
    transport.requests.length = 0;

    clock.now += 59_999;
    expect((await inspect.run('scheduled')).replies.get('w1')).toEqual(failure);
    expect((await inspect.run('scheduled', ['w1'])).replies.get('w1')).toEqual(failure);
    expect((await inspect.run('reserved')).replies.get('w1')).toEqual(empty);
    expect(transport.sent).toEqual([
      ['scheduled', ['w2']],
      ['reserved', null],
    ]);

    clock.now += 1;
    transport.broken.clear();
    expect((await inspect.run('scheduled')).replies.get('w1')).toEqual(empty);
  });

  it('is asked at once when another process has its name', async () => {
    transport.broken.set('w1', ['reserved']);
    await inspect.run('reserved');
    transport.broken.clear();
    inspect.forget('w1');
    expect((await inspect.run('reserved')).replies.get('w1')).toEqual(empty);
  });

  it('is reported before the result when it does not answer the ping either', async () => {
    transport.notListening.add('w2');
    const { replies, silent: missing } = await inspect.run('reserved');
    expect(Object.fromEntries(replies)).toEqual({ w1: empty });
    expect([missing, silent]).toEqual([['w2'], ['w2']]);
  });
});

describe('one operation', () => {
  it('asks for what can break a worker last, and one after the other', async () => {
    const loader = new InspectLoader(inspect);
    const all = { all: true } as const;
    const asked = ['scheduled', 'reserved', 'active', 'registered'] as const;
    await Promise.all(asked.map((command) => loader.load(command, all)));
    expect(transport.requests.map(({ method }) => method)).toEqual([
      'active',
      'registered',
      'reserved',
      'scheduled',
    ]);
  });
});

describe('unreadable replies', () => {
  it('blame no worker for a command, and call none silent, while their sender is uncertain', async () => {
    const contentType = 'application/x-python-serialize';
    for (const hostname of hostnames) transport.broken.set(hostname, ['reserved', 'ping']);
    const guarded = inspect.run('reserved');
    await vi.waitFor(() => expect(transport.requests.at(-1)?.method).toBe('ping'));
    const { ticket } = transport;
    transport.deliverBytes(Buffer.from('.'), { contentType, headers: { ticket } });
    expect(await guarded).toMatchObject({ replies: new Map(), silent: ['w1', 'w2'] });
    expect(silent).toEqual([]);
    await inspect.run('reserved');
    expect(transport.sent).toContainEqual(['reserved', null]);
    expect(transport.sent.filter((sent) => String(sent) === 'reserved,')).toHaveLength(2);
  });
});
