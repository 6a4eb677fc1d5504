/** Workers in doubt are asked whether they live, and no others. */
import { beforeEach, describe, expect, it } from 'vitest';
import { parseEvents } from '../../../../src/celery/events/event.js';
import { State } from '../../../../src/celery/events/state.js';
import { checkHeartbeats } from '../../../../src/celery/health/heartbeats.js';
import { LivenessProbe } from '../../../../src/celery/gaps/liveness-probe.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

/** The workers that answer a ping; the others take it and are silent. */
class Broker extends ScriptedTransport {
  readonly answering = new Set<string>();
  /** Those whose answers cannot be read. */
  readonly pickling = new Set<string>();
  listeners = 0;

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    for (const name of this.answering)
      if (request.destination?.includes(name) !== false)
        queueMicrotask(() => this.reply(name, { ok: 'pong' }, request.ticket ?? ''));
    const { destination, ticket } = request;
    const contentType = 'application/x-python-serialize';
    for (const name of this.pickling)
      if (destination?.includes(name) !== false)
        queueMicrotask(() => this.deliverBytes(Buffer.from('.'), { contentType, headers: { ticket } }));
    return this.listeners;
  }
}

const start = 1_795_000_000_000;
let clock: { now: number };
let broker: Broker;
let state: State;
let probe: LivenessProbe;
beforeEach(() => {
  clock = { now: start };
  broker = new Broker();
  state = new State({ clock: () => clock.now });
  const mailbox = new Mailbox({
    ...{ transport: broker, log: silentLogger, timeout: 20 },
    alive: () => state.aliveHostnames(),
    onReply: (hostname) => state.sawWorker(hostname, clock.now),
  });
  state.startProbing();
  probe = new LivenessProbe({ transport: broker, mailbox, state, clock: () => clock.now });
});

/** @param timestampMs by the worker's clock; by default it is right */
function worker(type: string, seconds: number, timestampMs = start + seconds * 1000): void {
  clock.now = start + seconds * 1000;
  const own = { hostname: 'w1@h', pid: 7, clock: 1, utcoffset: 0, timestamp: timestampMs / 1000 };
  const counts = { freq: 2, active: 0, processed: 0, loadavg: [0, 0, 0] };
  for (const event of parseEvents({ type: `worker-${type}`, ...own, ...counts }).events)
    state.apply(event, clock.now);
}

/** Looks at this second, and what the worker is then. */
async function statusAt(seconds: number): Promise<string | undefined> {
  clock.now = start + seconds * 1000;
  await probe.look();
  state.lookForSilence();
  return state.worker('w1@h')?.status;
}

describe('a worker in doubt', () => {
  it('is not asked while its heartbeats are in time', async () => {
    worker('heartbeat', 0);
    expect(await statusAt(3.9)).toBe('ONLINE');
    expect(broker.requests).toEqual([]);
  });

  it('is late and lives as long as it answers, asked every five seconds', async () => {
    worker('heartbeat', 0);
    broker.answering.add('w1@h');
    broker.listeners = 1;
    const seen = new Set<string | undefined>();
    for (let second = 4; second < 64; second++) seen.add(await statusAt(second));
    expect([...seen]).toEqual(['STALE']);
    expect(broker.requests).toHaveLength(12);
    expect(broker.requests[0]).toMatchObject({ method: 'ping', destination: ['w1@h'] });
  });

  it('is offline after three heartbeats when it does not answer, and is not asked again', async () => {
    worker('heartbeat', 0);
    expect(await statusAt(4)).toBe('STALE');
    expect(await statusAt(6)).toBe('OFFLINE');
    await statusAt(30);
    expect(broker.requests).toHaveLength(1);
  });

  it('without heartbeats is online by an answer a minute, and offline three minutes after the last', async () => {
    state.sawWorker('w1@h', start);
    broker.answering.add('w1@h');
    broker.listeners = 1;
    const seen = new Set<string | undefined>();
    for (let second = 1; second <= 300; second++) seen.add(await statusAt(second));
    expect([...seen]).toEqual(['ONLINE']);
    expect(broker.requests).toHaveLength(5);

    broker.answering.clear();
    broker.listeners = 0;
    expect([await statusAt(419), await statusAt(485)]).toEqual(['ONLINE', 'OFFLINE']);
  });

  it('that is a solo pool may be busy while more listen than are known to live', async () => {
    state.sawWorker('w1@h', start, { pool: 'solo' });
    worker('heartbeat', 0);
    broker.listeners = 1;
    expect([await statusAt(4), await statusAt(9), await statusAt(14)]).toEqual([
      'STALE',
      'STALE',
      'STALE',
    ]);
    broker.listeners = 0;
    expect(await statusAt(19)).toBe('OFFLINE');
  });

  it('may be busy as well where its pool is unknown: it was asked before it listened', async () => {
    worker('online', 0);
    worker('heartbeat', 2);
    broker.listeners = 1;
    expect([await statusAt(6), await statusAt(11), await statusAt(21)]).toEqual([
      'STALE',
      'STALE',
      'STALE',
    ]);
    broker.listeners = 0;
    expect(await statusAt(26)).toBe('OFFLINE');
  });

  it('is offline in time where its pool is one that answers while it works', async () => {
    state.sawWorker('w1@h', start, { pool: 'prefork' });
    worker('heartbeat', 0);
    broker.listeners = 1;
    expect([await statusAt(4), await statusAt(9)]).toEqual(['STALE', 'OFFLINE']);
  });

  it('whose pidbox is certainly gone is not asked, and is offline in time', async () => {
    worker('heartbeat', 0);
    broker.exact = true;
    expect([await statusAt(4), await statusAt(6)]).toEqual(['STALE', 'OFFLINE']);
    expect(broker.requests).toEqual([]);
  });

  it('is not asked while the broker is away', async () => {
    worker('heartbeat', 0);
    broker.lose();
    await statusAt(5);
    expect(broker.requests).toEqual([]);
  });
});

describe('a worker that comes back with a clock that is minutes behind', () => {
  it('is seen five seconds after the goodbye of the process before it', async () => {
    worker('heartbeat', 0);
    worker('offline', 1);
    worker('online', 3, start - 300_000);
    expect(state.worker('w1@h')?.status).toBe('OFFLINE');
    worker('heartbeat', 6, start - 297_000);
    expect(state.worker('w1@h')).toMatchObject({ status: 'ONLINE', lastHeartbeatAt: start + 6_000 });
    worker('heartbeat', 8, start - 295_000);
    expect(await statusAt(9)).toBe('ONLINE');
  });
});

describe('the health check of heartbeats', () => {
  const check = () => checkHeartbeats({ state, transport: broker, clock: () => clock.now });
  beforeEach(() => (broker.connection = { ...broker.connection, since: start - 60_000 }));

  it('is OK as long as a late worker may be busy', () => {
    worker('heartbeat', 0);
    broker.answering.add('w1@h');
    expect(check()).toMatchObject({ status: 'OK', message: 'no heartbeats are missing' });
  });

  it('names workers that answer and whose heartbeats are missing for half a minute', async () => {
    worker('heartbeat', 0);
    broker.answering.add('w1@h');
    broker.listeners = 1;
    for (let second = 4; second < 30; second++) await statusAt(second);
    expect(check().status).toBe('OK');
    await statusAt(30);
    expect(check()).toMatchObject({
      status: 'DEGRADED',
      message: 'heartbeats are missing: w1@h; the workers answer, or work',
    });
  });

  it('names workers that send none, without an alarm', () => {
    state.sawWorker('w1@h', start);
    expect(check()).toMatchObject({
      status: 'OK',
      message: expect.stringContaining('no heartbeats of their own from w1@h') as string,
    });
  });
});

describe('unreadable replies', () => {
  it('keep no worker alive that may not have sent them, and keep their sender', async () => {
    for (const name of ['w1@h', 'w2@h']) {
      state.sawWorker(name, start);
      broker.pickling.add(name);
    }
    await statusAt(60);
    broker.pickling.delete('w1@h');
    expect(await statusAt(65)).toBe('ONLINE');
    for (let second = 70; second <= 250; second += 5) await statusAt(second);
    expect(state.worker('w1@h')?.status).toBe('OFFLINE');
    expect(state.worker('w2@h')?.status).toBe('ONLINE');
  });
});
