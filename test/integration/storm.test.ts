/**
 * An operator reads the log, and nothing else, after a bad hour: a worker killed and back, an outage of the broker,
 * malformed events, wrong passwords, a foreign page, a restart. What died, when, what came back, who was refused by which
 * name, what was lost, how much, and why is in it, in no more lines than an operator reads.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/access/password-hash.js';
import { sendTasks, startCluster } from '../support/celery.js';
import { envelope, eventChannel } from '../support/event-messages.js';
import { eventually } from '../support/eventually.js';
import { launchGateway, type GatewayProcess } from '../support/gateway-process.js';
import { describeOneCelery } from '../support/matrix.js';

type Line = Readonly<Record<string, unknown>>;

let folder: string;
let authFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
  authFile = join(folder, 'auth');
  await writeFile(authFile, `user ada admin ${await hashPassword('hunter3', { ln: 10, r: 8, p: 1 })}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

function linesOf(gateways: readonly GatewayProcess[]): Line[] {
  return gateways.flatMap(({ child }) =>
    child
      .log(1_000)
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  );
}

/** The lines with these values, in their order. */
function find(lines: readonly Line[], wanted: Line): Line[] {
  return lines.filter((line) => Object.entries(wanted).every(([key, value]) => line[key] === value));
}

const total = (lines: readonly Line[]): number =>
  lines.reduce((sum, { count }) => sum + (typeof count === 'number' ? count : 0), 0);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describeOneCelery('the log of a bad hour (Redis)', (version) => {
  it('answers what died, came back, was refused and was lost, when, how much and why', async () => {
    await using cluster = await startCluster({ version, workers: ['w1', 'w2'] });
    const launch = () =>
      launchGateway(cluster.broker, ['--auth-file', authFile, '--anonymous', 'viewer']);
    const redis = cluster.redis.client();
    await using first = await launch();
    await first.child.waitForLine(/"workers appeared"/);

    // Many tasks, and one that a killed worker does not finish.
    const calls = numbers(50).map(() => ({ name: 'demo.add', args: [1, 2] }));
    await sendTasks(cluster.application, calls);
    await cluster.worker('w2').stop();
    const [lost = ''] = await sendTasks(cluster.application, [{ name: 'demo.sleep', args: [600] }]);
    await eventually(async () => {
      const { task } = await first.query<{ task: Line | null }>(
        `{ task(taskId: "${lost}", useCache: false) { state worker { hostname } } }`,
      );
      expect(task).toEqual({ state: 'STARTED', worker: { hostname: 'w1@test' } });
    }, 20_000);
    await cluster.worker('w1').kill();
    await first.child.waitForLine(/"workers went offline without a goodbye"/, 30_000);
    await cluster.startWorker('w1');
    await first.child.waitForLine(/"workers returned"|"workers restarted"/, 30_000);

    // 300 events that cannot be read.
    for (const n of numbers(300)) await redis.publish(eventChannel, envelope(`{"broken": ${n}`));

    // 25 wrong passwords of one name, and a page of another origin.
    for (const n of numbers(25)) {
      const response = await first.fetch('/graphql?query={__typename}', {
        headers: { authorization: basic('mallory', `guess-${n}`) },
      });
      expect([401, 429]).toContain(response.status);
    }
    const foreign = await first.fetch('/graphql', {
      method: 'POST',
      headers: { origin: 'https://evil.test', 'content-type': 'application/json' },
      body: '{"query":"{__typename}"}',
    });
    expect(foreign.status).toBe(403);

    // An outage of the broker, and a restart of the gateway.
    await cluster.redis.kill();
    await first.child.waitForLine(/"event stream interrupted"/);
    await cluster.redis.restart();
    await first.child.waitForLine(/"event stream resumed"/, 30_000);
    await first.child.waitForLine(/"event gap filled"/, 30_000);
    expect(await first.child.stop()).toEqual({ code: 0, signal: null });
    await using second = await launch();
    expect(await second.child.stop()).toEqual({ code: 0, signal: null });

    const lines = linesOf([first, second]);
    expect(lines.length).toBeLessThanOrEqual(60);
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    // What died, when, and what died with it; which worker ended in good order.
    expect(find(lines, { message: 'workers went offline without a goodbye' })).toMatchObject([
      { count: 1, workers: [{ hostname: 'w1@test', lastHeartbeatAt: expect.any(String) as string }] },
    ]);
    expect(find(lines, { message: 'running tasks lost their worker' })).toMatchObject([
      { count: 1, tasks: [{ id: lost, name: 'demo.sleep', worker: 'w1@test' }] },
    ]);
    expect(find(lines, { message: 'workers shut down' })).toMatchObject([
      { count: 1, workers: [{ hostname: 'w2@test' }] },
    ]);
    // What came back.
    const back = lines.filter(({ message }) => /^workers (?:returned|restarted)$/.test(String(message)));
    expect(back[0]).toMatchObject({ workers: [{ hostname: 'w1@test' }] });
    // Which events were lost, how many, and why.
    const malformed = find(lines, { message: 'skipped malformed events' });
    expect(total(malformed)).toBe(300);
    expect(malformed[0]).toMatchObject({ reason: 'the body is not JSON', hostname: 'bad@test' });
    // When nothing was received, for how long, why, and what was learned afterwards.
    const [resumed] = find(lines, { message: 'event stream resumed' });
    expect(resumed).toMatchObject({
      from: expect.any(String) as string,
      to: expect.any(String) as string,
      seconds: expect.any(Number) as number,
      reason: expect.stringMatching(/./) as string,
    });
    expect(find(lines, { message: 'connection to the broker lost' })).toHaveLength(1);
    expect(find(lines, { message: 'event gap filled' })[0]).toMatchObject({
      seededTasks: expect.any(Number) as number,
      settledTasks: expect.any(Number) as number,
    });
    // Who was refused, by which name or from where, and how often.
    const refused = find(lines, { message: 'audit', claimedName: 'mallory', address: '127.0.0.1' });
    expect(total(refused)).toBe(25);
    expect(find(lines, { message: 'audit', action: 'request', code: 'FORBIDDEN' })).toMatchObject([
      { count: 1, arguments: expect.stringContaining('"origin":"https://evil.test"') as string },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/guess-|hunter3/);
    // When the gateway stopped and started.
    const life = lines
      .map(({ message }) => message)
      .filter((message) => /^(monitor|stop)/.test(String(message)));
    expect(life).toEqual([
      'monitoring a cluster',
      'stopping',
      'stopped',
      'monitoring a cluster',
      'stopping',
      'stopped',
    ]);
  });
});
