/**
 * Two gateways that see the same events at the same time, one with kept answers and one without: every request is sent to
 * both, and whatever a client or an operator can see must be the same.
 */
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { openAccess } from '../../../src/access/open-access.js';
import type { OpenedAccess } from '../../../src/access/open-access.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { parseClustersFile } from '../../../src/config/clusters-file.js';
import type { ConfiguredCluster } from '../../../src/config/clusters-file.js';
import { readConfig } from '../../../src/config/config.js';
import { createLogger } from '../../../src/log.js';
import { ClustersReload } from '../../../src/reload/clusters-file.js';
import type { ControlRequest } from '../../../src/celery/transport/transport.js';
import { envelopeOf, rawMessage, type EventBody } from '../../unit/celery/events/cluster.js';
import { ScriptedTransport } from '../../unit/celery/scripted-transport.js';
import { startTestServer, synced } from '../test-server.js';
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
  readonly broker: string;
  /** The workers at the broker, over whichever connection they were heard. */
  readonly hostnames: Set<string>;

  constructor(broker: string, hostnames: Set<string>) {
    super();
    this.broker = broker;
    this.hostnames = hostnames;
  }

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
  /** Settings; without the files of settings. */
  readonly args: readonly string[];
  /** Contents of the file of clusters, whose brokers are `redis://NAME`. */
  readonly clustersFile: string;
  /** A file of credentials that is there until the twins are closed. */
  readonly authFile: string;
}

export class TwinGateways implements AsyncDisposable {
  readonly time: { now: number };
  readonly #sides: readonly Side[];

  private constructor(time: { now: number }, sides: readonly Side[]) {
    this.time = time;
    this.#sides = sides;
  }

  static async start({ now, ...options }: TwinOptions): Promise<TwinGateways> {
    const time = { now };
    const sides: Side[] = [];
    for (const keeps of [true, false]) sides.push(await Side.start(time, keeps, options));
    return new TwinGateways(time, sides);
  }

  /** How many requests the first gateway has answered from kept answers. */
  get given(): number {
    return this.#sides[0]?.server.kept?.stats.hits ?? 0;
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

  /** Events of the workers at one broker. */
  deliver(broker: string, events: readonly EventBody[]): void {
    for (const side of this.#sides) side.deliver(broker, events, this.time.now);
  }

  /** Does the same to each cluster of both. */
  change(change: (cluster: Cluster) => void): void {
    for (const { server } of this.#sides) for (const cluster of server.clusters.all) change(cluster);
  }

  /** Puts another content of the file of clusters in force; resolves when those that are new know their workers. */
  async reloadClusters(text: string): Promise<void> {
    for (const side of this.#sides) await side.reloadClusters(text);
  }

  /** Puts another content of the file of credentials in force. */
  reloadAccess(text: string): void {
    for (const side of this.#sides) side.reloadAccess(text);
  }

  /** Resolves when no cache of the two loads anything. */
  async settled(): Promise<void> {
    await Promise.all(this.#sides.map((side) => side.settled()));
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
  readonly #access: OpenedAccess;
  readonly #clusters: ClustersReload;
  readonly #agents = new Map<number, Agent>();

  private constructor(server: TestServer, access: OpenedAccess, clusters: ClustersReload) {
    this.server = server;
    this.#access = access;
    this.#clusters = clusters;
  }

  static async start(
    time: { now: number },
    keeps: boolean,
    { args, clustersFile, authFile }: Omit<TwinOptions, 'now'>,
  ): Promise<Side> {
    const allArgs = ['--kept-answers', String(keeps), '--auth-file', authFile, ...args];
    const config = readConfig(allArgs, {});
    const parse = (text: string): readonly ConfiguredCluster[] => parseClustersFile(text, config, {});
    const workers = new Map<string, Set<string>>();
    let opened: OpenedAccess | undefined;
    const server = await startTestServer({
      access: async (audit) => {
        const log = createLogger('error', () => undefined);
        opened = await openAccess(config, { audit, log, clock: () => time.now });
        return opened;
      },
      time,
      tenants: parse(clustersFile),
      source: (configured) => {
        const broker = brokerOf(configured);
        const hostnames = workers.get(broker) ?? new Set();
        workers.set(broker, hostnames);
        return { transport: new AnsweringTransport(broker, hostnames), results: null };
      },
      caches: { task_status: { maxSize: 2 }, queue_status: { staleWhileRevalidate: 2_000 } },
      args: allArgs,
    });
    if (opened === undefined) throw new Error('The server has asked for no access');
    const { sessions } = opened.authenticator;
    return new Side(server, opened, new ClustersReload({ open: server.open, sessions, parse }));
  }

  deliver(broker: string, events: readonly EventBody[], at: number): void {
    for (const { celery } of this.server.clusters.all) {
      const { transport } = celery;
      if (!(transport instanceof AnsweringTransport) || transport.broker !== broker) continue;
      for (const event of events) {
        if (typeof event['hostname'] === 'string') transport.hostnames.add(event['hostname']);
        transport.deliverEvent(rawMessage(envelopeOf(event)), at);
      }
    }
  }

  async reloadClusters(text: string): Promise<void> {
    this.#clusters.apply(text);
    await synced(this.server.clusters);
  }

  reloadAccess(text: string): void {
    for (const file of this.#access.files) file.apply(text);
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
            body: textOf(Buffer.concat(chunks), answered['content-encoding']),
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
    const shown = /^celeryql_(?:operations_total|http_responses_total)\b.*$/gm;
    await this.settled(); // a scrape does not wait for all that it has loaded
    return {
      // Checks of health hold how long they took, by the clock of the machine: as a text, it has more digits or fewer.
      caches: clusters.all.map(({ caches }) =>
        caches.report().caches.map((stats) => ({ ...stats, bytes: 0 })),
      ),
      audit: services.audit.records().map((record) => ({
        ...record,
        id: '',
        arguments: record.arguments?.replace(/127\.0\.0\.1:\d+/, 'us'),
        durationSeconds: 0,
      })),
      metrics: metrics.match(shown),
    };
  }

  /** Resolves when no cache loads anything. */
  async settled(): Promise<void> {
    const isLoading = (): boolean =>
      this.server.clusters.all.some(({ caches }) =>
        caches.report().caches.some(({ loadsRunning }) => loadsRunning > 0),
      );
    while (isLoading()) await nextTurn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    await this.server[Symbol.asyncDispose]();
    this.#access[Symbol.dispose]();
  }
}

/** As it is before it was encoded; each character is a byte. */
function textOf(body: Buffer, encoding: string | undefined): string {
  const isGzip = encoding === 'gzip' && body.length > 0;
  return (isGzip ? gunzipSync(body) : body).toString('latin1');
}

function brokerOf({ config: { broker } }: ConfiguredCluster): string {
  if (broker?.scheme !== 'redis' || broker.place.kind !== 'tcp')
    throw new Error('The file of clusters names hosts of Redis');
  return broker.place.host;
}
