import { beforeEach, describe, expect, it } from 'vitest';
import { Inspect } from '../../../../src/celery/inspect/inspect.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import { ReplyTypes } from '../../../../src/celery/inspect/reply-types.js';
import { StatsGuard, yamlRefusesStats } from '../../../../src/celery/inspect/stats-guard.js';
import type { ControlRequest } from '../../../../src/celery/transport/transport.js';
import { silentLogger } from '../../../../src/log.js';
import { ScriptedTransport } from '../scripted-transport.js';

/** Workers that reply in JSON or YAML; a worker that would have to write `stats` in YAML does not answer. */
class Workers extends ScriptedTransport {
  readonly serializers = new Map<string, 'json' | 'yaml' | 'silent'>();

  override async publishRequest(request: ControlRequest): Promise<number> {
    await super.publishRequest(request);
    const { method, destination, ticket } = request;
    setImmediate(() => {
      for (const hostname of destination ?? this.serializers.keys()) {
        const serializer = this.serializers.get(hostname) ?? 'silent';
        const isStats = method === 'stats';
        if (serializer === 'silent' || (serializer === 'yaml' && isStats)) continue;
        const reply = isStats ? { pid: 7 } : { ok: 'pong' };
        const contentType = serializer === 'yaml' ? 'application/x-yaml' : 'application/json';
        const headers = { ticket: ticket ?? '' };
        this.deliverBytes(Buffer.from(JSON.stringify({ [hostname]: reply })), { contentType, headers });
      }
    });
    return this.serializers.size;
  }

  get sent(): unknown[] {
    return this.requests.map(({ method, destination }) => [method, destination]);
  }
}

let transport: Workers;
let alive: string[];
let replyTypes: ReplyTypes;
let guard: StatsGuard;
beforeEach(() => {
  transport = new Workers();
  alive = [];
  replyTypes = new ReplyTypes();
  const mailbox = new Mailbox({
    transport,
    log: silentLogger,
    timeout: 50,
    alive: () => alive,
    onReply: (hostname, contentType) => replyTypes.saw(hostname, contentType),
  });
  guard = new StatsGuard({ inspect: new Inspect(mailbox), alive: () => alive, replyTypes });
});

const refusal = { ok: false, error: yamlRefusesStats };
const answer = { ok: true, value: { pid: 7 } };

describe('StatsGuard.run', () => {
  it('asks all workers for stats after one ping where all reply in JSON', async () => {
    transport.serializers.set('w1', 'json').set('w2', 'json');
    const { replies } = await guard.run('stats');
    expect(Object.fromEntries(replies)).toMatchObject({ w1: answer, w2: answer });
    expect(transport.sent).toEqual([
      ['ping', null],
      ['stats', null],
    ]);
  });

  it('does not ask a worker that replies in YAML, and says why', async () => {
    transport.serializers.set('w1', 'yaml').set('w2', 'json');
    const { replies, silent } = await guard.run('stats');
    expect(Object.fromEntries(replies)).toMatchObject({ w1: refusal, w2: answer });
    expect(silent).toEqual([]);
    expect(transport.sent).toEqual([
      ['ping', null],
      ['stats', ['w2']],
    ]);
  });

  it('asks no worker where every one replies in YAML', async () => {
    transport.serializers.set('w1', 'yaml');
    expect(Object.fromEntries((await guard.run('stats')).replies)).toEqual({ w1: refusal });
    expect(transport.sent).toEqual([['ping', null]]);
  });

  it('asks a named worker for a ping first', async () => {
    transport.serializers.set('w1', 'yaml').set('w2', 'json');
    expect(Object.fromEntries((await guard.run('stats', ['w1'])).replies)).toEqual({ w1: refusal });
    expect(transport.sent).toEqual([['ping', ['w1']]]);
  });

  it('sends no ping where an earlier reply has shown the serializer', async () => {
    transport.serializers.set('w1', 'yaml').set('w2', 'json');
    alive = ['w1', 'w2'];
    await guard.run('ping');
    transport.requests.length = 0;
    const { replies } = await guard.run('stats');
    expect(Object.fromEntries(replies)).toMatchObject({ w1: refusal, w2: answer });
    expect(transport.sent).toEqual([['stats', ['w2']]]);
  });

  it('sends a ping to a worker that has come since, and to a new process', async () => {
    transport.serializers.set('w1', 'json').set('w2', 'yaml');
    alive = ['w1'];
    await guard.run('ping', ['w1']);
    alive = ['w1', 'w2'];
    expect((await guard.run('stats')).replies.get('w2')).toEqual(refusal);

    transport.serializers.set('w2', 'json');
    replyTypes.forget('w2');
    expect((await guard.run('stats', ['w2'])).replies.get('w2')).toMatchObject(answer);
  });

  it('does not ask a worker that is silent at the ping, and reports it as silent', async () => {
    transport.serializers.set('w1', 'silent').set('w2', 'json');
    alive = ['w1', 'w2'];
    const { replies, silent } = await guard.run('stats');
    expect(Object.fromEntries(replies)).toMatchObject({ w2: answer });
    expect(silent).toEqual(['w1']);
    expect(transport.sent).toEqual([
      ['ping', null],
      ['stats', ['w2']],
    ]);
  });

  it('sends other commands as they are', async () => {
    transport.serializers.set('w1', 'yaml');
    await guard.run('active');
    expect(transport.sent).toEqual([['active', null]]);
  });
});
