/** Requests of a few clients who mostly repeat themselves, as dashboards do. */
import { readFileSync } from 'node:fs';
import type { Random } from '../../../src/demo/random.js';
import { start } from '../../unit/celery/events/cluster.js';
import { clusterNames, password } from './twin-settings.js';
import type { ClusterName } from './twin-settings.js';
import type { TwinAnswer, TwinRequest } from './twin-gateways.js';

export const origins = ['https://page.example', 'https://other.example'] as const;

/** With CLUSTER where a cluster can be named. */
const queries = [
  '{ tasks(first: 5 CLUSTER) { totalCount nodes { id taskId name state phase receivedAt hostname } } }',
  '{ tasks(first: 3, filter: {phases: [RUNNING]} CLUSTER) { nodes { taskId elapsedSeconds startedAt } } }',
  '{ tasks(first: 3, filter: {states: ["SUCCESS"]} CLUSTER) { nodes { taskId result finished } } }',
  '{ tasks(first: 3, filter: {states: ["NO_SUCH_STATE"]} CLUSTER) { nodes { taskId } } }',
  '{ tasks(first: 4 CLUSTER) { nodes { taskId expired worker { hostname status } } } }',
  '{ tasks(first: 2, useCache: false CLUSTER) { nodes { taskId } } }',
  '{ tasks(first: 2, filter: {receivedAt: {after: "-1h"}} CLUSTER) { nodes { taskId } } }',
  '{ taskStatus(useCache: true CLUSTER) { total counts { state count } orphaned } }',
  '{ taskStatus(useCache: true CLUSTER) { cluster total } }',
  '{ taskStatus(useCache: true CLUSTER) { total } tasks(first: 1 CLUSTER) { nodes { state } } workers { totalCount } }',
  '{ a: taskStatus(useCache: true CLUSTER) { total } b: taskStatus(useCache: false CLUSTER) { total } }',
  '{ taskStatus(useCache: false CLUSTER) { total counts { state count } } }',
  '{ north: taskStatus(cluster: "north") { total } south: taskStatus(cluster: "south") { total } }',
  '{ workers(useCache: true CLUSTER) { totalCount nodes { id hostname status lastHeartbeatAt } } }',
  '{ worker(hostname: "w1@host" CLUSTER) { hostname status } }',
  '{ worker(hostname: "w9@host" CLUSTER) { hostname } }',
  '{ task(taskId: "t1" CLUSTER) { taskId state parent { taskId } children { totalCount } } }',
  '{ task(taskId: "none" CLUSTER) { state } }',
  '{ queues(useCache: true CLUSTER) { totalCount nodes { name messages } } }',
  '{ metricsSummary(useCache: true CLUSTER) { succeeded failed } }',
  '{ taskTypes(first: 5 CLUSTER) { nodes { name succeeded } } }',
  '{ health(useCache: true CLUSTER) { status checks { name status } } }',
  '{ me { name role } taskStatus(useCache: true CLUSTER) { total } }',
  '{ clusters { name taskStatus { total } } }',
  '{ clusters { id name embedded } taskStatus { cluster } }',
] as const;

/** Those that also show what is no part of a cache entry. */
const liveQueries = [
  '{ gateway(CLUSTER) { uptimeSeconds events { received lastEventAt } } taskStatus { total } }',
  '{ gateway(CLUSTER) { cluster taskStore { tasks } } taskStatus { total } }',
  '{ cacheStats(CLUSTER) { caches { name hits misses sets size requests requestHits } } workers { totalCount } }',
  '{ cacheStats(CLUSTER) { summary { totalHits totalMisses } } taskStatus { total } }',
  '{ clusters { name broker { address connected } taskStatus { total } } }',
  '{ tasks(first: 3 CLUSTER) { nodes { taskId elapsedSeconds } } }',
  '{ audit(first: 2) { nodes { action outcome receivedAt } } taskStatus { total } }',
  '{ audit(first: 1) { nodes { action receivedAt } } workers(useCache: true CLUSTER) { totalCount } }',
  '{ audit(first: 2) { nodes { action outcome receivedAt } } health(useCache: true CLUSTER) { status } }',
] as const;

/** Those that read no cache, fail, or change something. */
const otherQueries = [
  '{ me { name role } }',
  '{ __schema { queryType { name } } taskStatus { total } }',
  '{ __typename }',
  '{ taskStatus { nope } }',
  'query Named($first: Int, $cluster: ID) { tasks(first: $first, cluster: $cluster) { nodes { taskId } } }',
  'mutation { invalidateCache(input: {}) { invalidated } }',
  'mutation { invalidateCache(input: {name: task_status}) { invalidated } }',
  'mutation { invalidateCache(input: {}, cluster: "south") { invalidated } }',
] as const;

const restPaths = [
  '/api/v1/celery/tasks/status',
  '/api/v1/celery/tasks/status?cluster=north',
  '/api/v1/celery/tasks/status?cluster=south',
  '/api/v1/celery/tasks/status?useCache=false',
  '/api/v1/celery/tasks/status?nonsense=1',
  '/api/v1/celery/queues/status',
  '/api/v1/celery/queues/status?cluster=south',
] as const;

/** But those whose answers show cursors, how long something took, or what workers reply: these differ by themselves. */
const persisted = Object.entries(
  JSON.parse(readFileSync('schema/persisted-operations.json', 'utf8')) as Record<string, string>,
)
  .filter(
    ([, text]) =>
      !/cacheStats|endCursor|latencySeconds|poolSlots|unresponsive|^(?:subscription|mutation)/m.test(
        text,
      ),
  )
  .map(([id]) => id);

const credentials = [
  undefined,
  'Bearer anna',
  'Bearer anna',
  'Bearer anna-who-reads',
  'Bearer bert',
  'Bearer bert',
  `Basic ${Buffer.from(`carl:${password}`).toString('base64')}`,
] as const;
const accepts = ['application/json', 'application/graphql-response+json', '*/*'] as const;

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined && values.length === 0) throw new RangeError('Nothing to pick from');
  return value as T; // the index is one of the list's
}

/** What is asked, by whichever program. */
type Question = Omit<TwinRequest, 'client'>;

/** A program such as a dashboard: its headers are the same each time. */
interface Program {
  readonly headers: Readonly<Record<string, string>>;
  /** What it asks by, mostly. */
  readonly kind: 'rest' | 'get' | 'post';
}

/** One user of a program. */
interface Client {
  readonly id: number;
  readonly program: Program;
  /** Headers that show who and where the user is. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A question that one client asks again and again. */
interface Asked {
  readonly question: Question;
  readonly client: Client;
  /** Of the last answer. */
  tag: string | null;
}

const clientCount = 6;
/** Questions that are asked at one time, so that most are asked again before anything has changed. */
const usualCount = 7;

export class TwinRequests {
  readonly #random: Random;
  readonly #clients: Client[] = [];
  readonly #usual: Asked[] = [];
  #lastId = 0;

  constructor(random: Random) {
    this.#random = random;
    while (this.#clients.length < clientCount) this.#clients.push(this.#newClient());
    while (this.#usual.length < usualCount) this.#usual.push(this.#newAsked());
  }

  /** The next request, and what learns the answer to it. */
  next(): { readonly request: TwinRequest; readonly answered: (answer: TwinAnswer) => void } {
    const random = this.#random;
    this.#renew();
    const asked = random() < 0.95 ? pick(random, this.#usual) : this.#newAsked();
    const { question, client } = asked;
    const headers: Record<string, string> = {
      ...client.program.headers,
      ...question.headers,
      ...client.headers,
    };
    if (random() < 0.2) headers['traceparent'] = `00-${Math.floor(random() * 1e9)}`;
    if (question.method !== 'POST') {
      if (random() < 0.4) headers['if-none-match'] = asked.tag ?? 'W/"nothing"';
      if (random() < 0.1)
        headers['if-modified-since'] = new Date(
          start + 1_000 * Math.floor(random() * 9e3),
        ).toUTCString();
    }
    if (random() < 0.006) headers['authorization'] = 'Bearer wrong';
    if (random() < 0.003) headers['authorization'] = 'Basic Y2FybDp3cm9uZw==';
    if (random() < 0.02) headers['cache-control'] = 'no-cache';
    return {
      request: { ...question, headers, client: client.id },
      answered: ({ headers: { etag } }) => void (asked.tag = etag ?? asked.tag),
    };
  }

  /** Now and then a client, or a question, is replaced by another. */
  #renew(): void {
    const random = this.#random;
    if (random() < 0.01) this.#clients[Math.floor(random() * clientCount)] = this.#newClient();
    if (random() < 0.025) this.#usual[Math.floor(random() * usualCount)] = this.#newAsked();
  }

  /** Often another user of a program that is used already. */
  #newClient(): Client {
    const random = this.#random;
    const isKnown = this.#clients.length > 0 && random() < 0.5;
    const program = isKnown ? pick(random, this.#clients).program : programOf(random);
    return { id: ++this.#lastId, program, headers: userHeaders(random) };
  }

  /** Often what another client asks too. */
  #newAsked(): Asked {
    const random = this.#random;
    const client = pick(random, this.#clients);
    const isKnown = this.#usual.length > 0 && random() < 0.4;
    const question = isKnown
      ? pick(random, this.#usual).question
      : questionOf(random, client.program.kind);
    return { question, client, tag: null };
  }
}

function programOf(random: Random): Program {
  const accept = random() < 0.9 ? pick(random, accepts) : 'text/event-stream';
  const headers: Record<string, string> = { accept };
  if (random() < 0.2) headers['origin'] = origins[random() < 0.9 ? 0 : 1];
  if (random() < 0.2) headers['x-unknown'] = `${Math.floor(random() * 2)}`;
  return { headers, kind: pick(random, ['rest', 'get', 'get', 'post', 'post']) };
}

function userHeaders(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  const authorization = pick(random, credentials);
  if (authorization !== undefined) headers['authorization'] = authorization;
  if (random() < 0.3) headers['user-agent'] = `agent ${Math.floor(random() * 3)}`;
  if (random() < 0.5) headers['x-forwarded-for'] = `192.0.2.${Math.floor(random() * 4)}`;
  if (random() < 0.5) headers['accept-encoding'] = pick(random, ['gzip', 'br, gzip', 'identity', '*']);
  return headers;
}

function questionOf(random: Random, usual: Program['kind']): Question {
  const kind = random() < 0.95 ? usual : pick(random, ['rest', 'get', 'post'] as const);
  const headers: Record<string, string> = {};
  if (kind === 'rest')
    return { method: random() < 0.8 ? 'GET' : 'HEAD', path: pick(random, restPaths), headers };
  const query = generatedQuery(random);
  const named = random() < 0.3 ? { cluster: clusterName(random) } : {};
  const variables = { first: Math.floor(random() * 3) + 1, ...named };
  if (kind === 'get') {
    const bypass = random() < 0.03 ? '&useCache=false' : '';
    const path = `/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables))}${bypass}`;
    return { method: random() < 0.85 ? 'GET' : 'HEAD', path, headers };
  }
  headers['content-type'] = random() < 0.97 ? 'application/json' : 'text/plain';
  const operation =
    random() < 0.1
      ? { documentId: pick(random, persisted), variables }
      : { query, variables, operationName: query.startsWith('query Named') ? 'Named' : undefined };
  const body = random() < 0.06 ? [operation, { query: generatedQuery(random) }] : operation;
  return { method: 'POST', path: '/graphql', headers, body: JSON.stringify(body) };
}

/** Mostly one that is there. */
function clusterName(random: Random): ClusterName {
  return random() < 0.9 ? pick(random, ['north', 'south']) : pick(random, clusterNames);
}

function generatedQuery(random: Random): string {
  const cluster = random() < 0.6 ? '' : `cluster: "${clusterName(random)}"`;
  const kind = random();
  const query = pick(random, kind < 0.75 ? queries : kind < 0.94 ? liveQueries : otherQueries);
  return query.replaceAll('CLUSTER', cluster).replaceAll('()', '');
}
