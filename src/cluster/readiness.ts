/**
 * Whether the gateway should be sent requests now, and why not. Anybody may ask, and as often as they like: no answer
 * names an address, and all probes of a moment cost the broker one round trip.
 */
import type { Celery } from '../celery/celery.js';
import { whatBlocksReading } from '../celery/health/describe-impairments.js';
import { unreadableEventType } from '../celery/health/event-stream.js';
import { describeUnreadable } from '../celery/health/unreadable.js';
import { withDeadline } from '../timers.js';
import type { WarmUpState } from './warm-up-names.js';

/** Who can be asked whether the gateway is ready; from when it is disposed it is stopping. */
export interface ReadinessSource extends Disposable {
  /** Whether an embedded cluster is shown: a simulation, which must not be taken for a real one. */
  readonly embedded: boolean;
  report(): Promise<ReadinessReport>;
}

export interface ReadinessCheck {
  readonly name: 'broker' | 'event_stream' | 'caches';
  readonly status: 'ok' | 'failed';
  readonly message: string;
}

export interface ReadinessReport {
  /** `stopping` is for good. */
  readonly status: 'ready' | 'not_ready' | 'stopping';
  readonly checks: readonly ReadinessCheck[];
}

export interface ReadinessOptions {
  readonly celery: Pick<
    Celery,
    'transport' | 'isSynced' | 'events' | 'unreadable' | 'silence' | 'clock'
  >;
  readonly warmUp: { readonly state: WarmUpState };
  /** Milliseconds that the broker may take to answer. */
  readonly pingTimeout?: number;
}

/** Milliseconds for which an answer of the broker's counts. */
const pingCounts = 500;

export class Readiness implements ReadinessSource {
  readonly #options: ReadinessOptions;
  #ping: Promise<boolean> | null = null;
  #isStopping = false;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  get embedded(): boolean {
    return this.#options.celery.transport.kind === 'memory';
  }

  async report(): Promise<ReadinessReport> {
    if (this.#isStopping) return { status: 'stopping', checks: [] };
    const checks = await this.#checks();
    const isReady = checks.every(({ status }) => status === 'ok');
    return { status: isReady ? 'ready' : 'not_ready', checks };
  }

  /** From now on it is stopping. */
  [Symbol.dispose](): void {
    this.#isStopping = true;
  }

  async #checks(): Promise<readonly ReadinessCheck[]> {
    const { celery, warmUp } = this.#options;
    const { connected } = celery.transport.connection;
    const answers = connected && (await this.#answers());
    return [brokerCheck(celery, answers), eventStreamCheck(celery), cachesCheck(warmUp.state)];
  }

  #answers(): Promise<boolean> {
    const { celery, pingTimeout = 1_500 } = this.#options;
    this.#ping ??= withDeadline(celery.transport.ping(), pingTimeout, 'The broker')
      .then(
        () => true,
        () => false,
      )
      .finally(() => setTimeout(() => (this.#ping = null), pingCounts).unref());
    return this.#ping;
  }
}

/**
 * A broker that answers and refuses what is needed is no use: its own words say why. Where only the replies of workers
 * cannot be read, what is known from events can still be answered.
 */
function brokerCheck(celery: ReadinessOptions['celery'], answers: boolean): ReadinessCheck {
  const { kind, connection, impairments } = celery.transport;
  if (!connection.connected) return check('broker', false, '', 'not connected');
  const refused = whatBlocksReading(impairments);
  if (refused !== null) return check('broker', false, '', `it refuses what is needed: ${refused}`);
  // Where PING itself is refused, that was an answer.
  const unreadable = describeUnreadable(celery, 'reply');
  const answered = kind === 'memory' ? 'embedded: a simulation, no broker is watched' : 'it answers';
  const good = unreadable === null ? answered : `${answered}; ${unreadable}`;
  return check('broker', answers || impairments.length > 0, good, 'it does not answer');
}

/**
 * Without events nothing is known of tasks, so that what clients read of them cannot be answered. Where workers answer
 * and send no events, that may be their settings: then all that they report is answered.
 */
function eventStreamCheck(celery: ReadinessOptions['celery']): ReadinessCheck {
  const { transport, isSynced } = celery;
  if (!transport.connection.connected) return check('event_stream', false, '', 'not subscribed');
  if (transport.impairments.some(({ part }) => part === 'events'))
    return check('event_stream', false, '', 'subscribed, but no event can arrive');
  const foreign = unreadableEventType(celery);
  if (foreign !== null) {
    const message = `subscribed, but no event can be read (${foreign}): set event_serializer to "json" in the application`;
    return check('event_stream', false, '', message);
  }
  const isWithoutEvents = celery.silence.answering.length > 0;
  const good = isWithoutEvents
    ? 'subscribed; workers answer, and no event comes: see health'
    : 'subscribed';
  return check('event_stream', isSynced, good, 'learning from the workers what was before');
}

/** From the deadline on the gateway is ready without warm caches, and the first readers wait for the loads. */
function cachesCheck(state: WarmUpState): ReadinessCheck {
  const isOk = state !== 'WAITING' && state !== 'LOADING';
  const good = {
    OFF: 'not warmed: warm-up is off',
    LATE: 'not warm, and no longer waited for: the deadline has passed',
  };
  return check(
    'caches',
    isOk,
    state === 'OFF' || state === 'LATE' ? good[state] : 'warm',
    'not warm yet',
  );
}

function check(name: ReadinessCheck['name'], isOk: boolean, good: string, bad: string): ReadinessCheck {
  return { name, status: isOk ? 'ok' : 'failed', message: isOk ? good : bad };
}
