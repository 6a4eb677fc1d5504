/** What each client has used of what it may: operations a second, and subscriptions at once. */
import { clientKey } from '../access/client-key.js';
import { ClientSlots } from '../access/client-slots.js';
import { RateLimit } from '../access/rate-limit.js';
import type { Caller } from '../graphql/context.js';
import { limitError } from '../graphql/limits/limit-error.js';
import type { ClientLimits } from './limits.js';

export interface ClientSharesOptions {
  /** Receives every refusal, for the log. */
  readonly onRefused: (caller: Caller, message: string) => void;
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
}

export class ClientShares {
  readonly #limits: ClientLimits;
  readonly #onRefused: ClientSharesOptions['onRefused'];
  readonly #rate: RateLimit;
  readonly #subscriptions: ClientSlots;
  /** A caller who asks again on the same connection is the same object. */
  readonly #keys = new WeakMap<Caller, string>();

  constructor(limits: ClientLimits, { onRefused, clock }: ClientSharesOptions) {
    this.#limits = limits;
    this.#onRefused = onRefused;
    const { rateLimit: rate, rateBurst: burst, maxSubscriptions } = limits;
    this.#rate = new RateLimit({ rate, burst, ...(clock && { clock }) });
    this.#subscriptions = new ClientSlots(maxSubscriptions);
  }

  /** @throws GraphQLError when the client has asked too often. */
  take(caller: Caller, operations = 1): void {
    const wait = this.#rate.take(this.#keyOf(caller), operations);
    if (wait === 0) return;
    const message = `No more than ${this.#limits.rateLimit} operations a second are answered to one client`;
    this.#onRefused(caller, message);
    throw limitError(message, {
      status: 429,
      headers: { 'retry-after': String(Math.max(1, Math.ceil(wait))) },
    });
  }

  /** Whether `take` would let one more operation pass now. Takes nothing. */
  mayTake(caller: Caller): boolean {
    return this.#rate.wait(this.#keyOf(caller)) === 0;
  }

  /** @returns what ends its share; @throws GraphQLError when the client has as many subscriptions as it may. */
  subscribe(caller: Caller): () => void {
    const release = this.#subscriptions.take(this.#keyOf(caller));
    if (release !== null) return release;
    const message = `No more than ${this.#limits.maxSubscriptions} subscriptions of one client run at once`;
    this.#onRefused(caller, message);
    throw limitError(message, { status: 429, headers: { 'retry-after': '1' } });
  }

  #keyOf(caller: Caller): string {
    const known = this.#keys.get(caller);
    if (known !== undefined) return known;
    const key = clientKey(caller.viewer, caller.clientAddress);
    this.#keys.set(caller, key);
    return key;
  }
}
