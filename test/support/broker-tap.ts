/**
 * Every message that a broker was asked to pass on, from any sender, with or without a receiver: it proves how
 * often the workers are asked. Redis shows it by MONITOR, RabbitMQ by its tracer.
 */
import type { PidboxRequest } from './pidbox-request.js';

export interface BrokerTap extends AsyncDisposable {
  /** Forgets what it has recorded. */
  clear(): void;
  /** Resolves when all that the broker did before this call is recorded. */
  flush(): Promise<void>;
  /** Remote control requests in order, whether they name a destination or go to everyone. */
  requests(exchange?: string): PidboxRequest[];
  /** The method of each remote control request, in order: `['ping', 'stats']`. */
  broadcasts(exchange?: string): string[];
  /** The first request of this method, of those recorded or of those to come. */
  untilRequest(method: string, deadlineMs?: number): Promise<PidboxRequest>;
}
