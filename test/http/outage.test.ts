/** A broker that is away: typed errors and 503, an answer about health, and no secret anywhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log.js';
import { freePort } from '../support/free-port.js';
import { startTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

describe('a gateway whose broker is away', () => {
  const lines: string[] = [];
  let address: string;
  let gateway: TestGateway;
  /** Everything that it said, on any way. */
  const said: string[] = [];

  beforeAll(async () => {
    address = `127.0.0.1:${await freePort()}`;
    gateway = await startTestGateway({
      broker: `redis://user:hunter3@${address}/0`,
      log: createLogger('debug', (line) => void lines.push(line)),
    });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function rest(path: string): Promise<{ status: number; headers: Headers; body: unknown }> {
    const response = await gateway.fetch(path);
    const text = await response.text();
    said.push(text, JSON.stringify([...response.headers]));
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  }

  async function query(document: string) {
    const answer = await gateway.query(document);
    said.push(JSON.stringify(answer), JSON.stringify([...answer.headers]));
    return answer;
  }

  it.each([
    'taskStatus { total }',
    'tasks { totalCount }',
    'workers { nodes { hostname } }',
    'worker(hostname: "w") { hostname }',
    'queues { nodes { name } }',
    'queue(name: "celery") { name }',
    'metricsSummary { finished }',
    'taskTypes { nodes { name } }',
    'task(taskId: "unknown") { taskId }',
  ])('answers { %s } with null and BROKER_UNAVAILABLE', async (field) => {
    const name = field.split(/\W/, 1)[0] ?? '';
    const { data, errors } = await query(`{ ${field} }`);
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([
      {
        path: [name],
        message: `Broker at redis://${address}/0 is unavailable`,
        extensions: { code: 'BROKER_UNAVAILABLE' },
      },
    ]);
  });

  it.each(['/tasks/status', '/workers/status', '/queues/status', '/metrics/summary'])(
    'answers GET %s with 503 and the code',
    async (path) => {
      const { status, body } = await rest(`/api/v1/celery${path}`);
      expect(status).toBe(503);
      expect(body).toMatchObject({ error: { code: 'BROKER_UNAVAILABLE' } });
    },
  );

  it('says that it is DOWN, and what of it, with 503', async () => {
    const { status, body } = await rest('/api/v1/celery/health');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'DOWN',
      checks: [
        { name: 'broker', status: 'DOWN' },
        { name: 'event_stream', status: 'DOWN' },
        { name: 'result_backend', status: 'DOWN' },
        { name: 'configuration', status: 'OK' },
        { name: 'heartbeats', status: 'OK' },
        { name: 'remote_control', status: 'OK' },
        { name: 'distributed_cache', status: 'NOT_CONFIGURED' },
      ],
    });
  });

  it('still reports its own state and its caches', async () => {
    const { data, errors } = await query(
      '{ gateway { broker { kind address connected reason } } cacheStats { summary { totalHits } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      gateway: { broker: { kind: 'redis', address: `redis://${address}/0`, connected: false } },
    });
    expect((await rest('/api/v1/celery/cache/stats')).status).toBe(200);
  });

  it('stores no failure: nothing of it is a HIT', async () => {
    await query('{ taskStatus { total } }');
    const { headers } = await query('{ taskStatus { total } }');
    expect(headers.get('x-cache')).toBeNull();
  });

  it('never says the password or the user, in answers, errors, headers or the log', () => {
    expect(said.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.includes('Redis cannot be reached'))).not.toEqual([]);
    expect([...said, ...lines].filter((text) => /hunter3|user/.test(text))).toEqual([]);
  });
});
