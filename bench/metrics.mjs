/**
 * What a scrape of `/metrics` costs beside a cached query of the same server: of a small cluster, and of one that uses up
 * the default bound of 200 names and queues of tasks. Figures are medians, and their ratio.
 *
 *     npm run bench
 */
import { Agent, request } from 'node:http';
import { readConfig, silentLogger, startGateway } from '../dist/index.js';

const rounds = 60;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(url, headers = {}, body = '') {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(url, { agent, headers, method: body ? 'POST' : 'GET' }, (response) => {
      let bytes = 0;
      let text = '';
      response.on('data', (chunk) => {
        bytes += chunk.length;
        text += chunk;
      });
      response.on('end', () =>
        resolve({ ms: performance.now() - started, bytes, text, status: response.statusCode }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const gateway = await startGateway(readConfig(['--port', '0', '--rate-limit', '0'], {}), silentLogger);
const { origin } = new URL(gateway.url);
const json = { 'content-type': 'application/json' };
const mutate = (query, variables) => ask(gateway.url, json, JSON.stringify({ query, variables }));

const scrape = (headers) => () => ask(`${origin}/metrics`, headers);
const health = JSON.stringify({ query: '{ health { status } }' });

let baseline = 0;
async function measure(name, target) {
  const answers = [];
  for (let round = 0; round < 10; round++) await target(); // warms up
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) answers.push(await target());
  const used = process.cpuUsage(before);
  if (answers.some(({ status }) => status !== 200)) throw new Error(`${name} failed`);
  const ms = median(answers.map((answer) => answer.ms));
  const cpu = (used.user + used.system) / 1000 / rounds;
  baseline ||= ms;
  console.log(
    `${name}: ${ms.toFixed(1)} ms (${(ms / baseline).toFixed(1)} of the query), ` +
      `${cpu.toFixed(1)} ms of processor with the client, ${answers[0].bytes} bytes`,
  );
}

async function measureScrapes(title) {
  const { text } = await scrape()();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  console.log(`${title}: ${samples} samples`);
  await measure('  text', scrape());
  await measure('  OpenMetrics', scrape({ accept: 'application/openmetrics-text' }));
  await measure('  text, gzip', scrape({ 'accept-encoding': 'gzip' }));
}

await new Promise((resolve) => setTimeout(resolve, 2_000)); // the embedded cluster has tasks to show
await measure('a cached { health { status } }', () => ask(gateway.url, json, health));
await measureScrapes('/metrics of the embedded cluster');

// Names that no worker knows: each is sent, counted, and thrown away by the embedded workers.
const names = Array.from({ length: 210 }, (_, at) => `bench.task_${at}`);
for (const name of names)
  await mutate('mutation ($name: String!) { sendTask(input: { name: $name }) { taskId } }', { name });
await new Promise((resolve) => setTimeout(resolve, 1_000));
await measureScrapes('/metrics with as many names as it shows at most');

agent.destroy();
await gateway[Symbol.asyncDispose]();
process.exit(0);
