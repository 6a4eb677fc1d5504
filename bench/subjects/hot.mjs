/** A page that the cache has, beside a server that sends the same bytes and beside others with a response cache. */
import { ask, graphqlPost } from '../support/load.mjs';
import { longTtl } from '../support/gateway.mjs';
import { pageQuery, startCluster } from '../support/page.mjs';
import { startFlower } from '../support/flower.mjs';
import { startPeers } from '../support/peers.mjs';
import { interleave, loadFigures, rowsOf, speedRatio, underLoad } from '../support/rounds.mjs';
import { sameAnswer, startBare } from '../support/servers.mjs';
import { median } from '../support/statistics.mjs';

const bare = 'bare node:http';
const tasks = 300;
/** Tasks that each of the four workers executes: the REST route shows them. */
const active = 25;

const graphqlGet = (query) => ({ method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}` });

const requests = {
  post: { title: 'page, POST', request: graphqlPost(pageQuery) },
  get: { title: 'page, GET', request: graphqlGet(pageQuery) },
  conditional: { title: 'page, GET, 304', request: graphqlGet(pageQuery), isConditional: true },
  small: { title: 'small query, POST', request: graphqlPost('{ health { status } }') },
  workers: {
    title: 'workers, POST',
    request: graphqlPost('{ workers { nodes { hostname status activeCount processed } } }'),
  },
  rest: { title: 'REST tasks/status', request: { method: 'GET', path: '/api/v1/celery/tasks/status' } },
};

/** With the entity tag of a first answer. */
async function conditionalOn({ port }, request) {
  const { head } = await ask(port, request);
  const [, tag] = /\r\netag: *(.+)\r\n/i.exec(head) ?? [];
  if (tag === undefined) throw new Error('an answer to GET has no ETag');
  return { ...request, headers: { 'if-none-match': tag } };
}

async function measure(context, gateways, peers, { title, request, isConditional = false }) {
  const expected = isConditional ? 304 : 200;
  const sentTo = new Map();
  let answer;
  for (const gateway of gateways.toReversed()) {
    const sent = isConditional ? await conditionalOn(gateway, request) : request;
    await ask(gateway.port, sent); // a miss
    answer = await ask(gateway.port, sent);
    if (answer.status !== expected || answer.body.includes('"errors"'))
      throw new Error(`${title}: answered ${answer.status}: ${answer.body}`);
    if (!/\r\nx-cache: *HIT/i.test(answer.head)) throw new Error(`${title}: no hit\n${answer.head}`);
    sentTo.set(gateway, sent);
  }
  const servers = [[bare, await startBare(sameAnswer(answer))]];
  for (const gateway of gateways) servers.push([gateway.build.name, gateway]);
  for (const peer of peers) servers.push([peer.name, peer]);
  for (const peer of peers) if (peer.request) sentTo.set(peer, peer.request);
  const options = { seconds: context.seconds, expected };
  const bareRequest = sentTo.get(gateways[0]);
  const results = await interleave(
    servers.map(([name, server]) => underLoad(name, server, sentTo.get(server) ?? bareRequest, options)),
    context,
  );
  const rows = rowsOf(results, `${title}, ${answer.body.length} bytes`);
  for (const row of rows) {
    if (row.of === bare) continue;
    row['of bare'] = speedRatio(results, row.of, bare);
    if (context.other) row[`of ${context.other.name}`] = speedRatio(results, row.of, context.other.name);
  }
  const own = context.builds[0].name;
  const rate = (name) => median(results.get(name)[loadFigures.rate]);
  const fastest = peers.length > 0 ? Math.max(...peers.map(({ name }) => rate(name))) : NaN;
  return {
    rows,
    ratio: speedRatio(results, own, bare).median,
    p99: median(results.get(own)[loadFigures.p99]),
    ofPeers: rate(own) / fastest,
  };
}

export const hot = {
  name: 'hot',
  title: 'A cached page of 100 tasks over HTTP, 16 connections',
  goals: [
    { id: 'post', what: 'page, POST: of bare node:http', atLeast: 0.7 },
    { id: 'get', what: 'page, GET: of bare node:http', atLeast: 0.7 },
    { id: 'conditional', what: 'page, GET, 304: of bare node:http', atLeast: 0.8 },
    { id: 'small', what: 'small query, POST: of bare node:http', atLeast: 0.7 },
    { id: 'rest', what: 'REST: of bare node:http', atLeast: 0.6 },
    { id: 'p99', what: 'p99 of the page, the slower of POST and GET', unit: 'ms', atMost: 3 },
    { id: 'peers', what: 'page, POST: of the fastest of Yoga, mercurius and Apollo', atLeast: 3 },
  ],
  async run(context) {
    const { gateways, other: flower } = await startCluster(context.builds, {
      tasks,
      active,
      args: longTtl,
      beside: (redis) => startFlower(redis, { tasks }),
    });
    const { peers, note } = await startPeers(context, gateways[0], pageQuery);
    const beside = {
      post: peers,
      workers:
        flower === null
          ? []
          : [
              {
                ...flower,
                name: 'Flower /api/workers',
                request: { method: 'GET', path: '/api/workers' },
              },
            ],
    };
    const measured = {};
    for (const [id, request] of Object.entries(requests))
      measured[id] = await measure(context, gateways, beside[id] ?? [], request);
    const ratios = Object.fromEntries(Object.entries(measured).map(([id, { ratio }]) => [id, ratio]));
    return {
      rows: Object.values(measured).flatMap(({ rows }) => rows),
      values: {
        ...ratios,
        p99: Math.max(measured.post.p99, measured.get.p99),
        peers: measured.post.ofPeers,
      },
      notes: [
        'A ratio is the lower one of requests a second and of processor time: where a server waits for the load generator, its rate says nothing.',
        ...(note === null ? [] : [note]),
      ],
    };
  },
};
