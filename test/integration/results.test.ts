/** What tasks have stored, held against the values that Python returned. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  pythonOutput,
  sendTasks,
  startWorker,
  type Application,
  type CeleryWorker,
} from '../support/celery.js';
import { eventually } from '../support/eventually.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { describeEachCelery } from '../support/matrix.js';

/** Stores values as a worker does, and prints each as Python shows what a client of Celery gets back. */
const storeAndShow = `
import datetime, decimal, uuid, json, sys
from cluster import app
values = [1, 1.0, -0.0, 2 ** 70, 1e16, 1e-07, float('nan'), float('inf'), None, True, 'NaN 1.0', [1.0, {'a': (2.0,)}]]
if sys.argv[1] == 'typed':
    utc = datetime.timezone.utc
    values += [
        datetime.datetime(2026, 3, 1, 10, 0, 7, 500, utc), datetime.date(2026, 3, 1), datetime.time(10, 0),
        decimal.Decimal('1.50'), uuid.UUID(int=7), b"it's", b'\\xff\\x00', {'at': datetime.datetime(2026, 3, 1, 10)},
    ]
    app.conf.result_compression = 'gzip'  # since 5.7
for n, value in enumerate(values):
    app.backend.store_result(f't{n}', value, 'SUCCESS')
    print(json.dumps([f't{n}', repr(app.AsyncResult(f't{n}').result)]))
`;

describeEachCelery('results', (version) => {
  let redis: RedisServer;
  let application: Application;
  let worker: CeleryWorker;
  let gateway: TestGateway;

  beforeAll(async () => {
    redis = await startRedis();
    const broker = redis.url();
    application = { python: version.python, broker, resultBackend: redis.url(1) };
    worker = await startWorker({ ...application, pool: 'threads', queues: ['default', 'slow'] });
    gateway = await startTestGateway({ broker, resultBackend: redis.url(1) });
    await eventually(async () => expect(await checks(gateway)).toMatchObject({ status: 'OK' }));
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await worker.stop();
    await redis[Symbol.asyncDispose]();
  });

  it('are shown as Python shows what it gets back from them', async () => {
    const kind = version.name === 'newest' ? 'typed' : 'plain';
    const output = await pythonOutput(application, ['-c', storeAndShow, kind]);
    const lines = output.trim().split('\n').map((line) => JSON.parse(line) as [string, string]); // prettier-ignore
    expect(lines.length).toBeGreaterThan(10);
    for (const [id, shown] of lines) {
      const { data } = await gateway.query(`{ task(taskId: "${id}") { state result source } }`);
      expect(data).toEqual({ task: { state: 'SUCCESS', result: shown, source: 'RESULT_BACKEND' } });
    }
  });

  it('show progress while a task runs, and its end', async () => {
    const [id = ''] = await sendTasks(application, [{ name: 'demo.progress', args: [30] }]);
    const task = async () =>
      (
        await gateway.query(
          `{ task(taskId: "${id}", useCache: false) { state progress result hostname } }`,
        )
      ).data?.['task'];
    await eventually(async () =>
      expect(await task()).toEqual({
        ...{ state: 'PROGRESS', result: null, hostname: 'w1@test' },
        progress: { done: expect.any(Number) as unknown, of: 30 },
      }),
    );
    await eventually(async () => {
      expect(await task()).toMatchObject({ state: 'SUCCESS', progress: null, result: '30' });
    }, 15_000);
  });

  it('that are pickled are stored and not readable, which health says', async () => {
    const resultBackend = redis.url(2);
    const conf = { result_serializer: 'pickle', accept_content: ['json', 'pickle'] };
    const env = { MORE_CONF: JSON.stringify(conf) };
    const store = "from cluster import app; app.backend.store_result('p1', {1, 2}, 'SUCCESS')";
    await pythonOutput({ ...application, resultBackend, env }, ['-c', store]);
    await using other = await startTestGateway({ broker: redis.url(), resultBackend });
    await eventually(async () => {
      const { data, errors } = await other.query(
        '{ task(taskId: "p1") { state } none: task(taskId: "p2") { state } }',
      );
      expect(data).toEqual({ task: null, none: null });
      expect(errors).toMatchObject([{ path: ['task'], extensions: { code: 'UNREADABLE_RESULT' } }]);
    });
    const check = {
      name: 'result_backend',
      status: 'DEGRADED',
      message: expect.stringContaining('result_serializer') as string,
    };
    await eventually(async () =>
      expect(await checks(other)).toMatchObject({ checks: expect.arrayContaining([check]) as unknown }),
    );
  });

  it.each([
    ['rpc://', 'rpc://'],
    ['db+postgresql://user:hunter3@host/db', 'db+postgresql://'],
    ['django-db', 'django-db'],
  ])('of %s are known not to be readable, which is no fault', async (resultBackend, shown) => {
    await using other = await startTestGateway({ broker: redis.url(), resultBackend });
    // Other findings there may be: the workers store their results elsewhere.
    await eventually(async () =>
      expect(await checks(other)).toMatchObject({
        checks: expect.arrayContaining([
          {
            name: 'result_backend',
            status: 'NOT_READABLE',
            message: `results in ${shown} cannot be read by a monitor`,
          },
        ]) as unknown,
      }),
    );
    await eventually(async () => {
      const { data, errors } = await other.query('{ task(taskId: "unknown") { taskId } }');
      expect([data, errors]).toEqual([{ task: null }, undefined]);
    });
  });
});

async function checks(gateway: TestGateway): Promise<unknown> {
  const query = '{ health(useCache: false) { status checks { name status message } } }';
  return (await gateway.query(query)).data?.['health'];
}
