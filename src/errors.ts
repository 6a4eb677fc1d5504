import type { ErrorCode } from './error-codes.js';

/**
 * The errors that callers can act on. Each class has a stable `code`, which clients find in
 * `extensions.code`; whatever is not a GatewayError is masked before it leaves the gateway.
 */
export abstract class GatewayError extends Error {
  /** No answer has this code: with bad settings there is no gateway. */
  abstract readonly code: ErrorCode | 'CONFIG_INVALID';

  override get name(): string {
    return this.constructor.name;
  }
}

/** A setting is unknown or malformed. The message names the setting and never repeats a secret value. */
export class ConfigError extends GatewayError {
  readonly code = 'CONFIG_INVALID';
}

export interface UnavailableOptions extends ErrorOptions {
  /** The server's own words, when it answered and refused. */
  readonly reason?: string;
}

/** The broker refused, dropped or never accepted the connection. */
export class BrokerUnavailableError extends GatewayError {
  readonly code = 'BROKER_UNAVAILABLE';

  constructor(address: string, options?: UnavailableOptions) {
    super(unavailable('Broker', address, options), options);
  }
}

/** The same of the place where tasks store their results: the broker may be well. */
export class ResultBackendUnavailableError extends GatewayError {
  readonly code = 'RESULT_BACKEND_UNAVAILABLE';

  constructor(address: string, options?: UnavailableOptions) {
    super(unavailable('Result backend', address, options), options);
  }
}

/** @param address without credentials, unlike a URL */
function unavailable(what: string, address: string, options?: UnavailableOptions): string {
  const why = options?.reason === undefined ? 'is unavailable' : `refused: ${options.reason}`;
  return `${what} at ${address} ${why}`;
}

/** A list was answered without some of its members, since there are more than the client asked for. */
export class ListCutError extends GatewayError {
  readonly code = 'LIST_CUT';
  readonly total: number;
  readonly shown: number;

  constructor(what: string, total: number, shown: number) {
    super(`The list has ${total} ${what}, of which ${shown} are shown: use \`first\` or a filter`);
    this.total = total;
    this.shown = shown;
  }
}

/** Something that was waited for did not come within its deadline (milliseconds). */
export class TimeoutError extends GatewayError {
  readonly code = 'TIMEOUT';

  constructor(what: string, milliseconds: number, options?: ErrorOptions) {
    super(`${what} took longer than ${milliseconds} ms`, options);
  }
}

/** A worker answered a remote control command with an error, quoted in its own words. */
export class CommandRejectedError extends GatewayError {
  readonly code = 'COMMAND_REJECTED';

  constructor(command: string, hostname: string, reason: string) {
    super(`${hostname} rejected ${command}: ${reason}`);
  }
}

/** A queue's messages cannot be looked at, or not without harm. */
export class PeekRefusedError extends GatewayError {
  readonly code = 'COMMAND_REJECTED';

  constructor(queue: string, reason: string) {
    super(`peek at ${queue} was rejected: ${reason}`);
  }
}

/** A queue was not emptied: it does not hold what the caller expected. */
export class PurgeRefusedError extends GatewayError {
  readonly code = 'COMMAND_REJECTED';

  constructor(queue: string, messages: number, expected: number) {
    super(`${queue} was not purged: ${messages} messages wait in it, not ${expected}`);
  }
}

/** The broker cannot empty a queue now: its depth is unknown, or its node is down. */
export class PurgeImpossibleError extends GatewayError {
  readonly code = 'COMMAND_REJECTED';

  constructor(queue: string, reason: string) {
    super(`${queue} was not purged: ${reason}`);
  }
}

/** A task cannot be sent once more as it was. */
export class RerunRefusedError extends GatewayError {
  readonly code = 'COMMAND_REJECTED';

  constructor(id: string, reason: string) {
    super(`${id} was not rerun: ${reason}`);
  }
}

/** Neither the broker nor a worker nor the configuration has a queue of this name. */
export class UnknownQueueError extends GatewayError {
  readonly code = 'BAD_USER_INPUT';

  /** @param setting that has named it, where the caller has named none */
  constructor(queue: string, setting: 'DEFAULT_QUEUE' | null = null) {
    const source = setting && `, which ${setting} names: pass a queue, or set ${setting}`;
    super(`There is no queue ${queue}${source ?? ''}`);
  }
}

/** A worker that was asked did not answer within its deadline (milliseconds): it may still carry out the command. */
export class NoReplyError extends GatewayError {
  readonly code = 'NO_REPLY';

  /** @param therefore what that means; by default, that it may be busy */
  constructor(
    command: string,
    hostname: string,
    milliseconds: number,
    therefore = 'it may be busy and execute the command later',
  ) {
    super(`${hostname} did not answer ${command} within ${milliseconds} ms: ${therefore}`);
  }
}

/** A worker lives and does not listen to remote control: no command reaches it until it is restarted. */
export class NotListeningError extends GatewayError {
  readonly code = 'NO_REPLY';

  constructor(command: string, hostname: string) {
    super(
      `${hostname} did not answer ${command}: it no longer listens to remote control and must be restarted`,
    );
  }
}

/** Every worker was meant, and there is none. */
export class NoWorkersError extends GatewayError {
  readonly code = 'NO_REPLY';

  constructor(command: string) {
    super(`There is no worker to answer ${command}`);
  }
}

/**
 * There is no cluster of this name, or the caller may not see it: which of them is not said, nor is the name
 * repeated.
 */
export class UnknownClusterError extends GatewayError {
  readonly code = 'UNKNOWN_CLUSTER';

  constructor() {
    super('There is no such cluster');
  }
}

/** The cluster was removed, or replaced by one with other settings, while an operation about it ran. */
export class ClusterClosedError extends GatewayError {
  readonly code = 'UNKNOWN_CLUSTER';

  constructor() {
    super(
      'The cluster was removed, or its settings were changed, during the operation; commands that were already sent take effect',
    );
  }
}

/** No worker of this node name is known. */
export class UnknownWorkerError extends GatewayError {
  readonly code = 'UNKNOWN_WORKER';

  constructor(hostname: string) {
    super(`There is no worker ${hostname}`);
  }
}

/** No task of this id, or of this name, is known to the part that was asked. */
export class UnknownTaskError extends GatewayError {
  readonly code = 'UNKNOWN_TASK';
}

/** The caller did not say who it is, or not credibly. The message never says which part was wrong. */
export class UnauthenticatedError extends GatewayError {
  readonly code = 'UNAUTHENTICATED';

  constructor(message = 'Credentials are missing or wrong', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Credentials cannot be judged now, since those who know them do not answer: it is not the caller's fault. */
export class AuthenticationUnavailableError extends UnauthenticatedError {
  constructor(options?: ErrorOptions) {
    super('Credentials cannot be checked now', options);
  }
}

/** The caller is known, and may not do this. */
export class ForbiddenError extends GatewayError {
  readonly code = 'FORBIDDEN';
}

/** The caller has no credentials, and addresses the gateway by a name that is not its own. */
export class ForeignHostError extends ForbiddenError {}

/** More was asked for than one caller may have. */
export class LimitExceededError extends GatewayError {
  readonly code = 'LIMIT_EXCEEDED';
}

/** Too many wrong credentials came from one place: it has to wait before it may try others. */
export class TooManyAttemptsError extends LimitExceededError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('Too many failed logins: wait before you try again');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A cursor of an order that no longer exists: of an earlier run of the gateway, or of a store that was replaced. */
export class CursorExpiredError extends GatewayError {
  readonly code = 'CURSOR_EXPIRED';

  /** @param argument that has the cursor, such as `after` */
  constructor(argument: string) {
    super(
      `${argument} is a cursor of another cluster, or from before the gateway or the cluster was restarted: ` +
        'start from the first page',
    );
  }
}

/** The events since the one after which a subscription was to continue are no longer available, or not all of them. */
export class EventsLostError extends GatewayError {
  readonly code = 'EVENTS_LOST';

  constructor() {
    super(
      'The events since the given one are not available: the gateway was restarted, it was too long ago, or the filter ' +
        'is another one. Read the current state; the stream continues with new events',
    );
  }
}

/** An argument of the caller's is outside what the field accepts. */
export class BadUserInputError extends GatewayError {
  readonly code = 'BAD_USER_INPUT';
}

export interface MalformedMessageOptions extends ErrorOptions {
  /** As the message names it; null where it names none, or is too broken for that. */
  readonly contentType?: string | null;
}

/** A message from the broker does not follow Celery's protocol. */
export class MalformedMessageError extends GatewayError {
  readonly code = 'MALFORMED_MESSAGE';
  readonly contentType: string | null;

  constructor(message: string, { contentType = null, ...options }: MalformedMessageOptions = {}) {
    super(message, options);
    this.contentType = contentType;
  }
}

export interface UnreadableReplyOptions {
  /** Null if unknown. */
  readonly contentType?: string | null;
  /** Whether another worker may have sent it, so that this one may have died; false when left out. */
  readonly isUncertain?: boolean | undefined;
}

/**
 * A worker answered in a way that the gateway cannot read: it is alive, and has acted. Where its sender is uncertain,
 * that is unknown.
 */
export class UnreadableReplyError extends GatewayError {
  readonly code = 'UNREADABLE_REPLY';
  readonly hostname: string;
  /** Null if unknown. */
  readonly contentType: string | null;

  constructor(
    command: string,
    hostname: string,
    reason: string,
    { contentType = null, isUncertain = false }: UnreadableReplyOptions = {},
  ) {
    const answered = isUncertain ? 'may have answered' : 'answered';
    super(`${hostname} ${answered} ${command}, but the reply cannot be read: ${reason}`);
    this.hostname = hostname;
    this.contentType = contentType;
  }
}

/** A result is stored for a task, and cannot be read. */
export class UnreadableResultError extends GatewayError {
  readonly code = 'UNREADABLE_RESULT';
  readonly reason: string;
  /** Guessed from the first bytes, as stored results do not name it; null if unknown. */
  readonly contentType: string | null;

  constructor(id: string, reason: string, contentType: string | null = null) {
    super(`A result of ${id} is stored, but it cannot be read: ${reason}`);
    this.reason = reason;
    this.contentType = contentType;
  }
}
