/** ioredis with deadlines that a stall of the gateway does not cut short, and without output on stderr. */
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { startDeadline } from '../../../timers.js';
import { TimeoutError } from '../../../errors.js';

/** Answers of Redis 6, and of Redis before 6, to a password that they do not need: the connection is usable. */
const needlessPassword = /no password is set|without any password configured for the default user/;
const noUserNames = /wrong number of arguments for 'auth'/i;

type SendCommand = Redis['sendCommand'];

/**
 * @param error null if the command succeeded
 * @param keys those of a command that failed
 */
export type OnAnswer = (command: string, error: unknown, keys: readonly string[]) => void;

export class RedisClient extends Redis {
  readonly #commandTimeout: number | null;
  readonly #onAnswer: OnAnswer | undefined;

  /**
   * @param commandTimeout milliseconds that each command may take; null for no deadline
   * @param onAnswer called with the name of each command that has ended, its error, and its keys
   */
  constructor(
    options: Omit<RedisOptions, 'replyMapping'>,
    commandTimeout: number | null,
    onAnswer?: OnAnswer,
  ) {
    super(options);
    this.#commandTimeout = commandTimeout;
    this.#onAnswer = onAnswer;
  }

  /** Rejects with TimeoutError where ioredis's own `commandTimeout` would take unread answers for missing ones. */
  override sendCommand(...[command, stream]: Parameters<SendCommand>): unknown {
    const timeout = this.#commandTimeout;
    if (timeout !== null) {
      const stop = startDeadline(timeout, () => command.reject(new TimeoutError('Redis', timeout)));
      command.promise.then(stop, stop);
    }
    const onAnswer = this.#onAnswer;
    if (onAnswer !== undefined) {
      const name = command.name.toLowerCase();
      command.promise.then(
        () => onAnswer(name, null, []),
        (error: unknown) => onAnswer(name, error, command.getKeys().map(String)),
      );
    }
    const sent = super.sendCommand(command, stream);
    // ioredis would print these to stderr, where only JSON is expected, and go on.
    return command.name === 'auth' ? Promise.resolve(sent).catch(explainRefusal) : sent;
  }
}

function explainRefusal(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (needlessPassword.test(message)) return 'OK';
  if (noUserNames.test(message))
    throw new Error('Redis before version 6 has no user names: omit it', { cause: error });
  throw error;
}
