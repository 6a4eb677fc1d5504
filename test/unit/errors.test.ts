/** The codes that answers may have: the same ones wherever they are named. */
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.js';
import { errorCodes, isErrorCode } from '../../src/error-codes.js';

describe('the codes of errors', () => {
  it('are those that clients were promised', () => {
    expect(Object.keys(errorCodes)).toEqual(
      expect.arrayContaining([
        ...['BROKER_UNAVAILABLE', 'NO_REPLY', 'UNKNOWN_WORKER', 'UNKNOWN_TASK', 'COMMAND_REJECTED'],
        ...['FORBIDDEN', 'UNAUTHENTICATED', 'BAD_USER_INPUT', 'LIMIT_EXCEEDED', 'TIMEOUT'],
      ]),
    );
  });

  it('are no other than those', () => {
    expect(['NO_REPLY', 'no_reply', 'CONFIG_INVALID', 'toString', null].map(isErrorCode)).toEqual([
      ...[true, false, false, false, false],
    ]);
  });

  it('are what the errors have that callers can act on', () => {
    expect(new errors.BrokerUnavailableError('host:1').code).toBe('BROKER_UNAVAILABLE');
    expect(new errors.NoReplyError('ping', 'w1@host', 1_000).code).toBe('NO_REPLY');
    expect(new errors.UnknownWorkerError('w1@host').code).toBe('UNKNOWN_WORKER');
  });
});
