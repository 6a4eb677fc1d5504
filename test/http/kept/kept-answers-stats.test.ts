import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { start } from '../../unit/celery/events/cluster.js';
import { startTestServer } from '../test-server.js';
import type { TestServer } from '../test-server.js';

/** Asks so often, each time over the same connection. */
async function ask(server: TestServer, query: string, times: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let time = 0; time < times; time++)
    await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(`${server.origin}/graphql`, { method: 'POST', agent, headers }, (response) =>
        response.resume().on('end', resolve),
      );
      sent.on('error', reject).end(JSON.stringify({ query }));
    });
  agent.destroy();
}

const figures =
  '{ cacheStats { keptAnswers { size maxSize maxBytes hits stored outdated evictions } } }';

async function samples(server: TestServer): Promise<readonly string[]> {
  const text = await (await server.fetch('/metrics')).text();
  return text.match(/^celeryql_kept_answers.*$/gm) ?? [];
}

describe('Figures of kept answers', () => {
  it('show in cacheStats what was kept and given', async () => {
    const time = { now: start };
    await using server = await startTestServer({ time });
    await ask(server, '{ taskStatus { total } }', 4); // loaded, kept, given, given
    time.now += 60_000;
    await ask(server, '{ workers { totalCount } }', 2);

    const { data } = await server.query(figures);

    expect(data).toEqual({
      cacheStats: {
        keptAnswers: {
          size: 2,
          maxSize: 1_000,
          maxBytes: 16_777_216,
          hits: 2,
          stored: 2,
          outdated: 0,
          evictions: 0,
        },
      },
    });
  });

  it('count an answer that was asked for when its values were no longer fresh', async () => {
    const time = { now: start };
    await using server = await startTestServer({ time });
    await ask(server, '{ taskStatus { total } }', 2);
    server.services.caches.invalidate({ name: 'task_status' });
    await ask(server, '{ taskStatus { total } }', 3); // loaded, kept instead of the former, given

    const { data } = await server.query('{ cacheStats { keptAnswers { size stored outdated } } }');

    expect(data).toEqual({ cacheStats: { keptAnswers: { size: 1, stored: 2, outdated: 1 } } });
  });

  it('are null, and in no series of /metrics, where no answers are kept', async () => {
    await using server = await startTestServer({
      args: ['--kept-answers', 'false', '--metrics', 'true'],
    });
    await ask(server, '{ taskStatus { total } }', 3);

    const { data } = await server.query(figures);

    expect(data).toEqual({ cacheStats: { keptAnswers: null } });
    expect(await samples(server)).toEqual([]);
  });

  it('are in /metrics once, whatever the clusters', async () => {
    const time = { now: start };
    const tenants = ['north', 'south'].map((name) => ({ name, visibleTo: null }));
    await using server = await startTestServer({ time, tenants, args: ['--metrics', 'true'] });
    await ask(server, '{ taskStatus(cluster: "south") { total } }', 3);

    const shown = await samples(server);

    expect(shown.filter((line) => !line.startsWith('celeryql_kept_answers_bytes'))).toEqual([
      'celeryql_kept_answers 1',
      'celeryql_kept_answers_evictions_total 0',
      'celeryql_kept_answers_hits_total 1',
      'celeryql_kept_answers_max 1000',
      'celeryql_kept_answers_max_bytes 16777216',
      'celeryql_kept_answers_outdated_total 0',
      'celeryql_kept_answers_stored_total 1',
    ]);
  });
});
