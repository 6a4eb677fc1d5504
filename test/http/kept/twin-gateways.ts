/**
 * Two gateways that see the same events at the same time, one with kept answers and one without: every request is sent to
 * both, and whatever a client or an operator can see must be the same.
 */
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuditLog } from '../../../src/access/audit-log.js';
import { Authenticator } from '../../../src/access/authenticator.js';
import { sha256Of, TokenScheme } from '../../../src/access/bearer.js';
import type { Access } from '../../../src/access/open-access.js';
import type { Role } from '../../../src/access/viewer.js';
import type { ControlRequest } from '../../../src/celery/transport/transport.js';
import { envelopeOf, rawMessage, type EventBody } from '../../unit/celery/events/cluster.js';
import { ScriptedTransport } from '../../unit/celery/scripted-transport.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

export interface TwinRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Requests of one client go over one connection, one after another. */
  readonly client: number;
}

export interface TwinAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Workers that know no command answer so at once. */
class AnsweringTransport extends ScriptedTransport {
  readonly hostnames = new Set<string>();

  override start(): void {
    super.start();
    queueMicrotask(() => this.gain());
  }

  override async publishRequest(sent: ControlRequest): Promise<number | null> {
    this.receivers = this.hostnames.size;
    const { ticket } = sent;
    setImmediate(() => {
      for (const hostname of this.hostnames) this.reply(hostname, { error: 'unknown' }, ticket ?? '');
    });
    return super.publishRequest(sent);
  }
}

/** Milliseconds for an answer. */
const patience = 60_000;

export interface TwinOptions {
  readonly now: number;
  readonly args: readonly string[];
}

export class TwinGateways implements AsyncDisposable {
  readonly time: { now: number };
  readonly #sides: readonly Side[];

  private constructor(time: { now: number }, sides: readonly Side[]) {
    this.time = time;
    this.#sides = sides;
  }

  static async start({ now, args }: TwinOptions): Promise<TwinGateways> {
    const time = { now };
    const sides: Side[] = [];
    for (const keeps of [true, false]) sides.push(await Side.start(time, keeps, args));
    return new TwinGateways(time, sides);
  }

  /** How many requests the first gateway has answered from kept answers. */
  get given(): number {
    return this.#sides[0]?.server.kept?.stats.given ?? 0;
  }

  /** The answers of both. */
  async send(sent: TwinRequest): Promise<readonly TwinAnswer[]> {
    const answers: TwinAnswer[] = [];
    for (const side of this.#sides) answers.push(await side.send(sent));
    return answers;
  }

  /** As many at once, to each of the two. */
  async sendAll(sent: readonly TwinRequest[]): Promise<readonly (readonly TwinAnswer[])[]> {
    const answers: (readonly TwinAnswer[])[] = [];
    for (const side of this.#sides) answers.push(await Promise.all(sent.map((one) => side.send(one))));
    return answers;
  }

  deliver(events: readonly EventBody[]): void {
    for (const side of this.#sides) side.deliver(events, this.time.now);
  }

  /** Does the same to the caches of both, directly. */
  change(change: (server: TestServer) => void): void {
    for (const { server } of this.#sides) change(server);
  }

  /** From now on the tokens mean these roles. */
  grant(tokens: Readonly<Record<string, Role>>): void {
    for (const side of this.#sides) side.grant(tokens);
  }

  /** What operators see of each, of what clients have done. */
  async records(): Promise<readonly unknown[]> {
    return Promise.all(this.#sides.map((side) => side.records()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const side of this.#sides) await side[Symbol.asyncDispose]();
  }
}

class Side implements AsyncDisposable {
  readonly server: TestServer;
  readonly #transport: AnsweringTransport;
  readonly #authenticator: Authenticator;
  readonly #agents = new Map<number, Agent>();

  private constructor(server: TestServer, transport: AnsweringTransport, authenticator: Authenticator) {
    this.server = server;
    this.#transport = transport;
    this.#authenticator = authenticator;
  }

  static async start(time: { now: number }, keeps: boolean, args: readonly string[]): Promise<Side> {
    const transport = new AnsweringTransport();
    let authenticator: Authenticator | undefined;
    const access = (audit: AuditLog): Access => {
      const clock = (): number => time.now;
      authenticator = new Authenticator({ schemes: [], anonymous: 'viewer', audit, clock });
      return { authenticator, hosts: null };
    };
    const server = await startTestServer({
      access,
      time,
      source: { transport, results: null },
      caches: { task_status: { maxSize: 12 }, queue_status: { staleWhileRevalidate: 2_000 } },
      args: ['--kept-answers', String(keeps), ...args],
    });
    if (authenticator === undefined) throw new Error('The server has asked for no access');
    return new Side(server, transport, authenticator);
  }

  deliver(events: readonly EventBody[], at: number): void {
    for (const event of events) {
      if (typeof event['hostname'] === 'string') this.#transport.hostnames.add(event['hostname']);
      this.#transport.deliverEvent(rawMessage(envelopeOf(event)), at);
    }
  }

  grant(tokens: Readonly<Record<string, Role>>): void {
    const known = Object.entries(tokens).map(([token, role]) => ({
      name: `the ${token}`,
      role,
      sha256: sha256Of(token),
    }));
    this.#authenticator.replaceSchemes([new TokenScheme(known)]);
  }

  send({ method, path, headers, body, client }: TwinRequest): Promise<TwinAnswer> {
    const agent = this.#agents.get(client) ?? new Agent({ keepAlive: true, maxSockets: 1 });
    this.#agents.set(client, agent);
    return new Promise((resolve, reject) => {
      const options = { method, agent, headers };
      const sent = request(this.server.origin + path, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          resolve({
            status: statusCode,
            headers: answered,
            body: Buffer.concat(chunks).toString('latin1'),
          });
        });
      });
      sent.on('error', reject);
      sent.setTimeout(patience, () =>
        sent.destroy(new Error(`no answer to ${JSON.stringify({ method, path, headers, body })}`)),
      );
      sent.end(body);
    });
  }

  async records(): Promise<unknown> {
    const { clusters, services } = this.server;
    const metrics = await (await this.server.fetch('/metrics')).text();
    const shown = /^celeryql_(?:operations_total|http_responses_total|cache_\w+)\b.*$/gm;
    return {
      caches: clusters.all.map(({ caches }) => caches.report().caches),
      audit: services.audit.records().map((record) => ({
        ...record,
        id: '',
        arguments: record.arguments?.replace(/127\.0\.0\.1:\d+/, 'us'),
        durationSeconds: 0,
      })),
      metrics: metrics.match(shown),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    await this.server[Symbol.asyncDispose]();
  }
}
