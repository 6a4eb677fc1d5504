/** What commands are refused, by their outcomes alone. */
import { describe, expect, it } from 'vitest';
import { RedisRefusals } from '../../../../../src/celery/transport/redis/redis-refusals.js';

function refusal(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

const noRight = (command: string): Error =>
  refusal(`NOPERM User monitor has no permissions to run the '${command}' command`);

describe('RedisRefusals', () => {
  it('keeps a missing right until the same command is carried out, without the name of the user', () => {
    const refusals = new RedisRefusals();
    refusals.answered('publish', noRight('publish'));
    refusals.answered('rpush', null);
    expect(refusals.impairments.list()).toEqual([
      {
        part: 'requests',
        reason: "NOPERM this user has no permissions to run the 'publish' command",
      },
    ]);
    refusals.answered('publish', null);
    expect(refusals.impairments.list()).toEqual([]);
  });

  it.each(['OOM command not allowed', 'MISCONF Errors writing', 'NOREPLICAS Not enough', 'LOADING'])(
    'keeps "%s" until a write is carried out',
    (words) => {
      const refusals = new RedisRefusals();
      refusals.answered('sadd', refusal(words));
      refusals.answered('ping', null);
      expect(refusals.impairments.list()).toEqual([{ part: 'requests', reason: words }]);
      refusals.answered('rpush', null);
      expect(refusals.impairments.list()).toEqual([]);
    },
  );

  it('reads the reason of a discarded transaction', () => {
    const refusals = new RedisRefusals();
    const words = "NOPERM this user has no permissions to run the 'exec' command";
    refusals.answered('exec', refusal(`EXECABORT Transaction discarded because of: ${words}`));
    expect(refusals.impairments.list()).toEqual([{ part: 'requests', reason: words }]);
  });

  it('calls back when Redis has become a replica', () => {
    let calls = 0;
    const refusals = new RedisRefusals({ onReadOnly: () => calls++ });
    refusals.answered('rpush', refusal("READONLY You can't write against a read only replica."));
    expect([calls, refusals.impairments.list()[0]?.part]).toEqual([1, 'requests']);
  });

  it('takes any other refusal for proof that the command is allowed', () => {
    const refusals = new RedisRefusals();
    refusals.answered('llen', noRight('llen'));
    refusals.answered('llen', refusal('WRONGTYPE Operation against a key'));
    expect(refusals.impairments.list()).toEqual([]);
  });

  it('says nothing of commands that only some clients need, and of losses of the connection', () => {
    const refusals = new RedisRefusals();
    refusals.answered('lpush', noRight('lpush'));
    refusals.answered('rpush', new Error('Connection is closed.'));
    expect(refusals.impairments.list()).toEqual([]);
  });

  it.each(['eval', 'hget', 'pubsub'])(
    'loses details without %s, whatever may be read instead',
    (command) => {
      const refusals = new RedisRefusals();
      refusals.answered(command, noRight(command));
      refusals.answered('hmget', null);
      expect(refusals.impairments.list()).toMatchObject([{ part: 'details' }]);
      refusals.answered(command, null);
      expect(refusals.impairments.list()).toEqual([]);
    },
  );

  it.each(['llen', 'smembers', 'lrange', 'del', 'eval'])(
    'loses nothing by a key of others that %s may not touch, and the part by a key of its own',
    (command) => {
      const refusals = new RedisRefusals({ isNeeded: (key) => key.startsWith('own.') });
      const forbidden = refusal('NOPERM this user has no permissions to access one of the keys');
      refusals.answered(command, forbidden, ['billing', 'billing:3']);
      expect(refusals.impairments.list()).toEqual([]);
      expect(refusals.sinceSuccess(command)).toBeLessThan(1_000);
      refusals.answered(command, forbidden, ['own.reply']);
      expect(refusals.impairments.list()).toHaveLength(1);
    },
  );

  it('keeps a refused key apart from the right to the command', () => {
    const refusals = new RedisRefusals();
    refusals.answered('llen', refusal('NOPERM No permissions to access a key'));
    refusals.answered('llen', null);
    expect(refusals.impairments.list()).toEqual([
      { part: 'queues', reason: 'NOPERM No permissions to access a key (llen)' },
    ]);
  });
});
