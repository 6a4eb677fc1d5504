/**
 * What the shared level needs of Redis, and no more: the module that opens the connections knows about addresses and
 * TLS.
 */

export type RedisCommand = readonly [name: string, ...args: (string | number | Buffer)[]];

export interface RedisPort {
  /** What may be shown of it: never its credentials. */
  readonly address: string;
  /** Whether commands can be sent. */
  readonly isReady: boolean;
  /** Why they cannot; null while they can. */
  readonly downReason: string | null;
  /** Of the connections for commands: what was sent on one is carried out in order, or not at all. */
  readonly connection: number;
  /** Whether the channels are subscribed to, so that messages arrive. */
  readonly isSubscribed: boolean;
  /** Why they are not; null while they are. */
  readonly unsubscribedReason: string | null;
  open(listener: RedisPortListener): void;
  /**
   * Sends them in this order, all at once, on one connection that keeps the order of calls too.
   * @returns the reply to the last, with texts as bytes
   * @throws Error when any of them fails; there is no deadline here
   */
  run(commands: readonly RedisCommand[]): Promise<unknown>;
  /** Called with the reason each time that Redis refuses a command that is needed: the operator must learn of it. */
  refused(reason: string): void;
  /** Makes the connection for commands anew, which does not answer any more. */
  reconnect(reason: string): void;
  /** Makes the connection for messages anew, which brings none any more. */
  resubscribe(reason: string): void;
  close(): void;
}

export interface RedisPortListener {
  /** Subscribed to for as long as the port is open. */
  readonly channels: readonly string[];
  readonly onReady: () => void;
  readonly onDisconnect: () => void;
  /** Subscribed, for the first time or again: what was sent before is lost. */
  readonly onSubscribed: () => void;
  readonly onUnsubscribed: () => void;
  readonly onMessage: (channel: string, text: string) => void;
}
