/** Workers that live and do not listen are found by their number on Redis, and by their names on RabbitMQ. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { State } from '../../../../src/celery/events/state.js';
import { checkRemoteControl } from '../../../../src/celery/health/remote-control.js';
import { PidboxProbe } from '../../../../src/celery/gaps/pidbox-probe.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { createState, eventBody, parse, start, worker } from '../events/cluster.js';
import { ScriptedTransport } from '../scripted-transport.js';

const names = ['a@h', 'b@h', 'c@h'];

/** Redis: the number of subscribers, and a reply from each that is not busy. */
class Broker extends ScriptedTransport {
  readonly notListening = new Set<string>();
  readonly busy = new Set<string>();
  /** Subscribers that are no workers. */
  others = 0;

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const listening = names.filter((name) => !this.notListening.has(name));
    for (const name of listening) {
      if (this.busy.has(name) || request.destination?.includes(name) === false) continue;
      queueMicrotask(() => this.reply(name, { ok: 'pong' }, request.ticket ?? ''));
    }
    return listening.length + this.others;
  }
}

let broker: Broker;
let mailbox: Mailbox;
let state: State;
let watch: PidboxProbe;
const clock = { now: start };
beforeEach(() => {
  clock.now = start;
  broker = new Broker();
  state = new State({ clock: () => clock.now });
  for (const name of names) state.sawWorker(name, clock.now);
  const alive = () => state.aliveHostnames();
  mailbox = new Mailbox({ transport: broker, log: silentLogger, timeout: 30, alive });
  watch = new PidboxProbe({ transport: broker, mailbox, state, clock: () => clock.now });
});

/** Seconds pass, and all workers send a heartbeat every two of them. */
function beat(seconds: number): void {
  for (const end = clock.now + seconds * 1000; clock.now < end;) {
    clock.now += 2_000;
    const at = (clock.now - start) / 1000;
    for (const hostname of names) state.apply(parse(worker('heartbeat', at, { hostname })), clock.now);
  }
}

async function lookTwice(): Promise<void> {
  await watch.look();
  beat(6);
  await watch.look();
}

const listening = () => names.map((name) => state.worker(name)?.listening);

describe('workers that do not listen', () => {
  it('are not looked for by name as long as there are as many listeners as workers', async () => {
    await watch.confirm();
    expect(broker.requests.map(({ method, destination }) => [method, destination])).toEqual([
      ['ping', ['no-worker@celeryql']],
    ]);
    expect(listening()).toEqual([true, true, true]);
  });

  it('are not asked about while other commands are sent, which bring the same number', async () => {
    for (let n = 0; n < 6; n++) {
      await mailbox.cast('heartbeat');
      await watch.tick();
      beat(10);
    }
    expect(new Set(broker.requests.map(({ method }) => method))).toEqual(new Set(['heartbeat']));

    broker.notListening.add('b@h');
    await mailbox.cast('heartbeat');
    await watch.tick();
    beat(6);
    await mailbox.cast('heartbeat');
    await watch.tick();
    expect(listening()).toEqual([true, false, true]);
  });

  it('are asked about ever more rarely while all listen, down to once a minute', async () => {
    const asked: number[] = [];
    for (let second = 0; second <= 250; second += 10) {
      const before = broker.requests.length;
      await watch.tick();
      if (broker.requests.length > before) asked.push(second);
      beat(10);
    }
    expect(asked).toEqual([0, 10, 30, 70, 130, 190, 250]);
  });

  it('are known after two looks, since a worker may just be reconnecting', async () => {
    broker.notListening.add('b@h');
    await watch.look();
    expect(listening()).toEqual([true, true, true]);
    beat(6);
    await watch.look();
    expect(listening()).toEqual([true, false, true]);
  });

  it('are unknown while more are silent than are missing: some of them are only busy', async () => {
    broker.notListening.add('b@h');
    broker.busy.add('c@h');
    await lookTwice();
    expect(listening()).toEqual([true, true, true]);
    broker.busy.clear();
    await lookTwice();
    expect(listening()).toEqual([true, false, true]);
  });

  it('stay known when another subscriber makes up for them', async () => {
    broker.notListening.add('b@h');
    await lookTwice();
    broker.others = 1;
    await lookTwice();
    expect(listening()).toEqual([true, false, true]);
  });

  it('listen again when they answer', async () => {
    broker.notListening.add('b@h');
    await lookTwice();
    broker.notListening.clear();
    state.sawWorker('b@h', clock.now);
    await watch.look();
    expect(listening()).toEqual([true, true, true]);
  });

  it('are those without a pidbox where the broker knows the names, and nothing is sent', async () => {
    broker.exact = true;
    broker.bound = ['a@h', 'c@h'];
    await lookTwice();
    expect(listening()).toEqual([true, false, true]);
    expect(broker.requests).toEqual([]);
  });

  it('are not looked for while the broker is away', async () => {
    broker.notListening.add('b@h');
    broker.lose();
    await lookTwice();
    expect([broker.requests, listening()]).toEqual([[], [true, true, true]]);
  });

  it('are reported when they are found, and when they listen again', async () => {
    const seen: unknown[] = [];
    watch.onChange(() => void seen.push(listening()));
    await lookTwice();
    expect(seen).toEqual([]);
    broker.notListening.add('b@h');
    await lookTwice();
    await lookTwice();
    expect(seen).toEqual([[true, false, true]]);
  });

  it('are named by the health check, with what to do', async () => {
    const check = () => checkRemoteControl({ state, clock: () => clock.now });
    expect(check()).toMatchObject({ status: 'OK', message: 'no worker is known not to listen' });
    broker.notListening.add('b@h');
    await lookTwice();
    expect(check()).toEqual({
      name: 'remote_control',
      status: 'DEGRADED',
      latencySeconds: null,
      message: 'workers that run and do not listen to remote control: b@h; restart them',
      checkedAt: clock.now,
    });
  });
});

const setup = () => {
  const cluster = createState();
  const { state, clock } = cluster;
  const transport = Object.assign(new ScriptedTransport(), { exact: true });
  const mailbox = new Mailbox({
    transport,
    log: silentLogger,
    timeout: 1_000,
    alive: () => state.aliveHostnames(),
    notListening: () => state.notListeningHostnames(),
  });
  const watch = new PidboxProbe({ transport, mailbox, state, clock: () => clock.now });
  const listening = () => state.worker('w1@host')?.listening;
  return { ...cluster, transport, mailbox, watch, listening };
};

describe('a worker whose pidbox is missing', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({
        now: start,
        toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
      }),
  );
  afterEach(() => void vi.useRealTimers());

  it('does not listen if it sends heartbeats afterwards', async () => {
    const { apply, watch, wait, listening } = setup();
    apply(worker('heartbeat', 0));
    await watch.confirm();
    expect(listening()).toBeNull();

    apply(worker('heartbeat', 2), worker('heartbeat', 4));
    wait(5);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(listening()).toBe(false);
  });

  it('is not reported as not listening as long as it may have been killed', async () => {
    const { apply, watch, wait, listening } = setup();
    apply(worker('heartbeat', 0, { freq: 10 }));
    await watch.look();
    await watch.look();
    apply(worker('heartbeat', 0.5, { freq: 10 })); // sent before its death
    for (const second of [1, 12, 19]) {
      wait(second);
      await watch.look();
    }
    expect(listening()).toBeNull();
  });

  it('is not reported as not listening before two of its heartbeats are due', async () => {
    const { apply, watch, wait, listening } = setup();
    apply(worker('heartbeat', 0, { freq: 10 }));
    await watch.look();
    apply(worker('heartbeat', 10, { freq: 10 }));
    await watch.look();
    expect(listening()).toBeNull();

    wait(20);
    await watch.look();
    expect(listening()).toBe(false);
  });

  it('is not silent any more once it is OFFLINE', async () => {
    const { apply, state, wait, mailbox } = setup();
    apply(worker('heartbeat', 0), worker('heartbeat', 0, { hostname: 'w2@host' }));
    state.setListening('w1@host', false);
    expect(state.notListeningHostnames()).toEqual(['w1@host']);

    wait(10);
    apply(eventBody('worker-heartbeat', 10, { hostname: 'w2@host', freq: 2 }));
    expect(state.notListeningHostnames()).toEqual([]);
    const broadcast = mailbox.broadcast('ping');
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await broadcast).silent).toEqual(['w2@host']);
  });
});
