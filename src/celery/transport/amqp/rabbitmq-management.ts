/**
 * RabbitMQ's management API, where there is one: it lists queues and bindings, which AMQP itself cannot. It is never an
 * error that it is missing. Its figures are up to five seconds old.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { z } from 'zod';
import { errorMessage } from '../../../error-message.js';
import type { Logger } from '../../../log.js';
import { tlsOptions } from '../address/tls-options.js';
import type { TlsSettings } from '../address/tls-options.js';
import type { ManagementAccess } from '../address/rabbitmq-address.js';

const count = z.int().min(0).nullish().catch(null);

const queue = z.object({
  name: z.string(),
  type: z.string().nullish().catch(null),
  exclusive: z.boolean().nullish().catch(null),
  auto_delete: z.boolean().nullish().catch(null),
  /** `running`; `minority` of a quorum queue of RabbitMQ 4; or `down` and others, such as `crashed`, of a classic queue that cannot be used. */
  state: z.string().nullish().catch(null),
  /**
   * Node name; null for a quorum queue without a leader, for which RabbitMQ 4 names the last one; absent for classic
   * queues.
   */
  leader: z.string().nullish().catch(undefined),
  /** Nodes with a member of a quorum queue that runs. */
  online: z.array(z.string()).nullish().catch(null),
  arguments: z.record(z.string(), z.unknown()).nullish().catch(null),
  messages_ready: count,
  /** Messages of high priority among these, in a quorum queue of RabbitMQ 4. */
  messages_ready_high: count,
  messages_unacknowledged: count,
  consumers: count,
  /** Epoch seconds, where producers or the broker itself stamp messages. */
  head_message_timestamp: z.number().nullish().catch(null),
  backing_queue_status: z
    .object({ priority_lengths: z.record(z.string(), z.int().min(0)).nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type ManagementQueue = z.infer<typeof queue>;

const binding = z.object({ destination: z.string(), destination_type: z.string() });

/** Milliseconds that one answer may take. */
const timeout = 1_000;
/** Milliseconds without asking again after a failure. */
const pause = 15_000;
const maxBytes = 64 * 1024 * 1024;
/** Names only what is read: a queue has a hundred figures. */
const columns = Object.keys(queue.shape).join(',');

export interface ManagementOptions {
  readonly access: ManagementAccess;
  readonly vhost: string;
  readonly log: Logger;
  /** Called after each answer: with the reason when the API refuses this user, and else with null. */
  readonly onRefusal?: (reason: string | null) => void;
}

export class RabbitMQManagement implements Disposable {
  readonly #options: ManagementOptions;
  readonly #closed = new AbortController();
  #agent: http.Agent | null = null;
  #queues: Promise<readonly ManagementQueue[] | null> | null = null;
  #failedAt = -Infinity;
  #available: boolean | null = null;
  #isRefused = false;

  constructor(options: ManagementOptions) {
    this.#options = options;
  }

  /** Whether the last question was answered; null before the first. */
  get isAvailable(): boolean | null {
    return this.#available;
  }

  /** Asks for the first time, or again where the API has refused: the right may have been granted meanwhile. */
  async recheck(): Promise<void> {
    if (this.#available === null || this.#isRefused) await this.queues();
  }

  /** Every queue of the virtual host; null if the API cannot be read. Concurrent calls share one request. */
  queues(): Promise<readonly ManagementQueue[] | null> {
    const path = `/api/queues/${this.#vhost}?columns=${columns}`;
    this.#queues ??= this.#items(path, queue).finally(() => (this.#queues = null));
    return this.#queues;
  }

  /** Names of the queues that are bound to the exchange; null if the API cannot be read. */
  async boundQueues(exchange: string): Promise<readonly string[] | null> {
    const path = `/api/exchanges/${this.#vhost}/${encodeURIComponent(exchange)}/bindings/source`;
    const bindings = await this.#items(path, binding, true);
    return (
      bindings?.flatMap(({ destination, destination_type: type }) =>
        type === 'queue' ? [destination] : [],
      ) ?? null
    );
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#agent?.destroy();
  }

  get #vhost(): string {
    return encodeURIComponent(this.#options.vhost);
  }

  /** Those of the items that are as documented. */
  async #items<T>(
    path: string,
    shape: z.ZodType<T>,
    mayBeMissing = false,
  ): Promise<readonly T[] | null> {
    if (this.#closed.signal.aborted || performance.now() - this.#failedAt < pause) return null;
    try {
      const items = z.array(z.unknown()).parse(JSON.parse(await this.#get(path)));
      this.#logChange(true, {});
      this.#isRefused = false;
      this.#options.onRefusal?.(null);
      return items.flatMap((item) => {
        const parsed = shape.safeParse(item);
        return parsed.success ? [parsed.data] : [];
      });
    } catch (error) {
      // An exchange that there is not yet has no bindings; the API itself is well.
      if (mayBeMissing && error instanceof NotFoundError) return [];
      this.#failedAt = performance.now();
      this.#logChange(false, { reason: errorMessage(error) });
      this.#isRefused = error instanceof RefusedError;
      this.#options.onRefusal?.(error instanceof RefusedError ? this.#explain(error) : null);
      return null;
    }
  }

  /** One line for each change: most brokers have no such API, or have it for good. */
  #logChange(available: boolean, fields: Readonly<Record<string, unknown>>): void {
    if (available === this.#available || this.#closed.signal.aborted) return;
    this.#available = available;
    const message = available
      ? 'queues are read from the management API'
      : 'the management API cannot be read: only queues that workers consume are known';
    this.#options.log.info(message, { url: this.#options.access.url, ...fields });
  }

  #explain({ message }: RefusedError): string {
    return (
      `the management API at ${this.#options.access.url} refuses this user (${message}): only queues that workers ` +
      'consume are known; give the user the tag "management", or set MANAGEMENT_URL to none'
    );
  }

  async #get(path: string): Promise<string> {
    const { url, username, password } = this.#options.access;
    const secure = url.startsWith('https:');
    const agent = (this.#agent ??= this.#createAgent(secure));
    const request = secure ? https.request : http.request;
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(timeout)]);
      const sent = request(
        url + path,
        { agent, signal, auth: `${username}:${password}`, headers: { accept: 'application/json' } },
        (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('error', reject);
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes > maxBytes) response.destroy(new Error('the answer is too long'));
          });
          response.on('end', () => {
            const { statusCode = 0 } = response;
            if (statusCode === 200) resolve(Buffer.concat(chunks).toString());
            else if (statusCode === 404) reject(new NotFoundError());
            else reject(new (refusals.has(statusCode) ? RefusedError : Error)(statusText(statusCode)));
          });
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  #createAgent(secure: boolean): http.Agent {
    const { tls } = this.#options.access;
    const common = { keepAlive: true, maxSockets: 4 };
    if (!secure) return new http.Agent(common);
    return tls === null ? new https.Agent(common) : new RenewingAgent(common, tls);
  }
}

/** Its certificates are read anew at every connection; no session from before stands in for them. */
class RenewingAgent extends https.Agent {
  readonly #tls: TlsSettings;

  constructor(options: https.AgentOptions, tls: TlsSettings) {
    super({ ...options, maxCachedSessions: 0 });
    this.#tls = tls;
  }

  override createConnection(
    ...[options, callback]: Parameters<https.Agent['createConnection']>
  ): ReturnType<https.Agent['createConnection']> {
    return super.createConnection({ ...options, ...tlsOptions(this.#tls) }, callback);
  }
}

/** HTTP's Unauthorized, which RabbitMQ also says to a user without the tag, and Forbidden. */
const refusals: ReadonlySet<number> = new Set([401, 403]);

class RefusedError extends Error {}

function statusText(status: number): string {
  return `it answered with status ${status}`;
}

class NotFoundError extends Error {
  constructor() {
    super('it knows no such virtual host');
  }
}
