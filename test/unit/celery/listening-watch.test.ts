/** Workers that live and do not listen are found by their number on Redis, and by their names on RabbitMQ. */
import { beforeEach, describe, expect, it } from 'vitest';
import { State } from '../../../src/celery/events/state.js';
import { checkRemoteControl } from '../../../src/celery/health/remote-control.js';
import { ListeningWatch } from '../../../src/celery/listening-watch.js';
import { Mailbox } from '../../../src/celery/pidbox.js';
import type { ControlRequest } from '../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../src/log.js';
import { ScriptedTransport } from './scripted-transport.js';

const names = ['a@h', 'b@h', 'c@h'];

/** Redis: the number of subscribers, and a reply from each that is not busy. */
class Broker extends ScriptedTransport {
  readonly deaf = new Set<string>();
  readonly busy = new Set<string>();
  /** Subscribers that are no workers. */
  others = 0;

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const listening = names.filter((name) => !this.deaf.has(name));
    for (const name of listening) {
      if (this.busy.has(name) || request.destination?.includes(name) === false) continue;
      queueMicrotask(() => this.reply(name, { ok: 'pong' }, request.ticket ?? ''));
    }
    return listening.length + this.others;
  }
}

let broker: Broker;
let state: State;
let watch: ListeningWatch;
const clock = { now: 1_000 };
beforeEach(() => {
  broker = new Broker();
  state = new State({ clock: () => clock.now });
  for (const name of names) state.sawWorker(name, clock.now);
  const alive = () => state.aliveHostnames();
  const mailbox = new Mailbox({ transport: broker, log: silentLogger, timeout: 30, alive });
  watch = new ListeningWatch({ transport: broker, mailbox, state });
});

const listening = () => names.map((name) => state.worker(name)?.listening);

describe('workers that do not listen', () => {
  it('are not looked for by name as long as there are as many listeners as workers', async () => {
    await watch.confirm();
    expect(broker.requests.map(({ method, destination }) => [method, destination])).toEqual([
      ['ping', ['nobody@celeryql']],
    ]);
    expect(listening()).toEqual([true, true, true]);
  });

  it('are known after two looks, since a worker may just be reconnecting', async () => {
    broker.deaf.add('b@h');
    await watch.look();
    expect(listening()).toEqual([true, true, true]);
    await watch.look();
    expect(listening()).toEqual([true, false, true]);
  });

  it('are known at once when a worker has left a command unanswered', async () => {
    broker.deaf.add('b@h').add('c@h');
    await watch.confirm();
    expect(listening()).toEqual([true, false, false]);
  });

  it('are unknown while more are silent than are missing: some of them are only busy', async () => {
    broker.deaf.add('b@h');
    broker.busy.add('c@h');
    await watch.confirm();
    expect(listening()).toEqual([true, true, true]);
    broker.busy.clear();
    await watch.confirm();
    expect(listening()).toEqual([true, false, true]);
  });

  it('stay known when another subscriber makes up for them', async () => {
    broker.deaf.add('b@h');
    await watch.confirm();
    broker.others = 1;
    await watch.confirm();
    expect(listening()).toEqual([true, false, true]);
  });

  it('listen again when they answer', async () => {
    broker.deaf.add('b@h');
    await watch.confirm();
    broker.deaf.clear();
    state.sawWorker('b@h', clock.now);
    await watch.look();
    expect(listening()).toEqual([true, true, true]);
  });

  it('are those without a pidbox where the broker knows the names, and nothing is sent', async () => {
    broker.exact = true;
    broker.bound = ['a@h', 'c@h'];
    await watch.confirm();
    expect(listening()).toEqual([true, false, true]);
    expect(broker.requests).toEqual([]);
  });

  it('are not looked for while the broker is away', async () => {
    broker.deaf.add('b@h');
    broker.lose();
    await watch.confirm();
    expect([broker.requests, listening()]).toEqual([[], [true, true, true]]);
  });

  it('are named by the health check, with what to do', async () => {
    const check = () => checkRemoteControl({ state, clock: () => clock.now });
    expect(check()).toMatchObject({ status: 'OK', message: 'no worker is known not to listen' });
    broker.deaf.add('b@h');
    await watch.confirm();
    expect(check()).toEqual({
      name: 'remote_control',
      status: 'DEGRADED',
      latencySeconds: null,
      message: 'workers that run and do not listen to remote control: b@h; restart them',
      checkedAt: 1_000,
    });
  });
});
