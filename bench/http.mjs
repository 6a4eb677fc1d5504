/**
 * How much of a bare node:http server's speed is left when the same bytes come out of the gateway: a cached query,
 * a cached list and a REST route, each in turn with the baseline, in one run. Figures are ratios of medians.
 *
 *     npm run bench
 */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { readConfig, silentLogger, startGateway } from '../dist/index.js';

const rounds = 5;
const seconds = 1;
const connections = 16;

const agent = new Agent({ keepAlive: true, maxSockets: connections });

function ask({ url, body }) {
  return new Promise((resolve, reject) => {
    const method = body ? 'POST' : 'GET';
    const headers = body
      ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      : {};
    const sent = request(url, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Requests per second. */
async function measure(target) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const client = async () => {
    for (; performance.now() < end; count++) await ask(target);
  };
  await Promise.all(Array.from({ length: connections }, client));
  return count / seconds;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

// Long enough that everything measured is a hit.
const ttls = ['task-status', 'worker-status', 'queue-status'].flatMap((cache) => [
  `--cache-${cache}-ttl`,
  '3600',
]);
const gateway = await startGateway(
  readConfig(['--port', '0', '--rate-limit', '0', ...ttls], {}),
  silentLogger,
);
const { origin } = new URL(gateway.url);
await new Promise((resolve) => setTimeout(resolve, 3_000)); // the embedded cluster has tasks to show

const graphql = (query) => ({ url: gateway.url, body: JSON.stringify({ query }) });
const targets = {
  'workers { nodes { hostname status } }': graphql('{ workers { nodes { hostname status } } }'),
  'tasks(first: 20), 9 fields': graphql(
    '{ tasks(first: 20) { nodes { taskId name state args kwargs result retries receivedAt finishedAt } } }',
  ),
  'GET /api/v1/celery/queues/status': { url: `${origin}/api/v1/celery/queues/status` },
};

for (const [name, target] of Object.entries(targets)) {
  const bytes = await ask(target);
  const bare = createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end(bytes));
  }).listen(0);
  await once(bare, 'listening');
  const baseline = { ...target, url: `http://127.0.0.1:${bare.address().port}/` };
  const figures = { gateway: [], bare: [] };
  for (let round = 0; round <= rounds; round++) {
    const [g, b] = [await measure(target), await measure(baseline)];
    if (round === 0) continue; // warms up
    figures.gateway.push(g);
    figures.bare.push(b);
  }
  const ratio = median(figures.gateway) / median(figures.bare);
  const rate = (values) => `${Math.round(median(values))}/s`;
  console.log(
    `${name}: ${ratio.toFixed(2)} of bare node:http (${rate(figures.gateway)} against ${rate(figures.bare)}, ${bytes.length} bytes)`,
  );
  bare.close();
  bare.closeAllConnections();
}
agent.destroy();
await gateway[Symbol.asyncDispose]();
process.exit(0);
