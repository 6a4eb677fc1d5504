/** Every place where texts and values of tasks and workers come in. */
import { describe, expect, it } from 'vitest';
import { Inspect } from '../../../../src/celery/inspect/inspect.js';
import type { InspectCommand } from '../../../../src/celery/inspect/inspect.js';
import { EnvelopeText, encodeEnvelope } from '../../../../src/celery/messages/message.js';
import { Mailbox } from '../../../../src/celery/pidbox/mailbox.js';
import { Redactor } from '../../../../src/celery/redaction/redactor.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { readWaitingTask } from '../../../../src/celery/queues/task-message.js';
import { silentLogger } from '../../../../src/log.js';
import { createState, parse, task } from '../events/cluster.js';
import { ScriptedTransport } from '../scripted-transport.js';

const secret = { user: 'bob', password: 'hunter3' };
const masked = { user: 'bob', password: '********' };
const repr = "{'user': 'bob', 'password': 'hunter3'}";
const maskedRepr = "{'user': 'bob', 'password': '********'}";

describe('an event', () => {
  it('has no secret in any of its texts', () => {
    const texts = {
      args: `(${repr},)`,
      kwargs: repr,
      result: repr,
      exception: `E(${repr})`,
      traceback: repr,
    };
    expect(parse(task('failed', 't1', 0, texts))).toMatchObject({
      fields: {
        args: `(${maskedRepr},)`,
        kwargs: maskedRepr,
        result: maskedRepr,
        exception: `E(${maskedRepr})`,
        traceback: maskedRepr,
      },
    });
  });

  it('is known to be cut though what was cut is masked', () => {
    const { state, apply } = createState();
    apply(task('received', 't1', 0, { kwargs: `{'password': '${'x'.repeat(1_000)}...'}`, args: '()' }));
    expect(state.task('t1')).toMatchObject({
      kwargs: "{'password': '********'}",
      truncated: ['kwargs'],
    });
  });

  it('has no secret where the store cuts: it is masked before', () => {
    const { state, apply } = createState({ maxTextLength: 40 });
    const traceback = `${'a'.repeat(20)} password='${'hunter3'.repeat(20)}' ${'b'.repeat(20)}`;
    apply(task('failed', 't1', 0, { traceback }));
    expect(state.task('t1')?.traceback).not.toContain('hunter3');
  });
});

describe('a stored result', () => {
  const meta = (fields: object) => parseTaskMeta('t1', JSON.stringify({ status: 'SUCCESS', ...fields }));

  it('has no secret in results, events and arguments', () => {
    expect(meta({ result: secret, args: [secret], kwargs: secret })).toMatchObject({
      ...{ result: maskedRepr, args: `(${maskedRepr},)`, kwargs: maskedRepr },
    });
    expect(meta({ status: 'PROGRESS', result: secret })).toMatchObject({ progress: masked });
    expect(meta({ args: `(${repr},)`, kwargs: repr })).toMatchObject({
      ...{ args: `(${maskedRepr},)`, kwargs: maskedRepr },
    });
  });

  it('has none in the error', () => {
    const result = { exc_type: 'E', exc_message: [secret, 'token=hunter3'], exc_module: 'm' };
    expect(meta({ status: 'FAILURE', result, traceback: `E: ${repr}` })).toMatchObject({
      exception: `E(${maskedRepr}, 'token=********')`,
      traceback: `E: ${maskedRepr}`,
    });
  });
});

describe('a waiting message', () => {
  const waiting = (headers: object, body: unknown) =>
    readWaitingTask(
      new EnvelopeText(
        encodeEnvelope({
          exchange: '',
          routingKey: 'q',
          body,
          headers: { ...headers },
          deliveryMode: 2,
        }),
      ),
    );

  it('has no secret in the texts of its headers, nor in the values of its body', () => {
    const shown = { args: `(${maskedRepr},)`, kwargs: maskedRepr };
    const headers = { id: 't1', task: 'pay' };
    expect(waiting({ ...headers, argsrepr: `(${repr},)`, kwargsrepr: repr }, [])).toMatchObject(shown);
    expect(waiting(headers, [[secret], secret, {}])).toMatchObject(shown);
    expect(waiting({}, { task: 'pay', id: 't1', args: [secret], kwargs: secret })).toMatchObject(shown);
  });
});

describe('a reply of a worker', () => {
  async function read(command: InspectCommand, reply: unknown, redactor?: Redactor): Promise<unknown> {
    const transport = new ScriptedTransport();
    [transport.receivers, transport.bound] = [1, ['w1']];
    const mailbox = new Mailbox({ transport, log: silentLogger, timeout: 1_000, alive: () => ['w1'] });
    const result = new Inspect(mailbox, redactor).run(command, ['w1']);
    await Promise.resolve();
    transport.reply('w1', reply);
    return (await result).replies.get('w1');
  }
  const info = { id: 't1', name: 'pay', args: [secret], kwargs: secret };
  const shown = { id: 't1', name: 'pay', args: [masked], kwargs: masked };

  it.each<readonly [InspectCommand, unknown, unknown]>([
    ['active', [info], [shown]],
    ['reserved', [{ ...info, args: `(${repr},)` }], [{ ...shown, args: `(${maskedRepr},)` }]],
    ['scheduled', [{ eta: null, request: info }], [{ request: shown }]],
    [
      'active_queues',
      [{ name: 'q', queue_arguments: secret }],
      [{ name: 'q', queue_arguments: masked }],
    ],
    ['conf', secret, masked],
    ['stats', { total: { 'auth.refresh_token': 3 } }, { total: { 'auth.refresh_token': 3 } }],
  ])('to %s has no secret, and all else', async (command, reply, value) => {
    expect(await read(command, reply)).toMatchObject({ ok: true, value });
  });

  it('has none in the words of an error', async () => {
    expect(await read('active', { error: `ValueError("${repr}")` })).toEqual({
      ok: false,
      error: `ValueError("${maskedRepr}")`,
    });
  });

  it('shows tasks as they are where the administrator wants it, and the configuration never', async () => {
    const open = new Redactor({ tasks: false });
    expect(await read('active', [info], open)).toMatchObject({ value: [info] });
    expect(await read('conf', secret, open)).toMatchObject({ value: masked });
  });
});
