/** The command as its users run it: what it says, what it exits with, and that it stops in good order. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, get, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { settings } from '../../src/config/settings.js';
import { plainVariables } from '../../src/config/setting.js';
import { version } from '../../src/version.js';
import { freePort } from '../support/free-port.js';
import { noSettings } from '../support/no-settings.js';
import { Child } from '../support/process.js';
import { programOutput } from '../support/program.js';
import type { Exit } from '../support/process.js';
import { WebSocket } from '../support/web-socket.js';

const root = new URL('../../', import.meta.url).pathname;

function launch(args: readonly string[], env: Record<string, string> = {}): Child {
  return new Child(process.execPath, ['dist/cli/main.js', ...args], {
    ...{ name: 'celeryql', cwd: root, env: { ...noSettings, ...env } },
  });
}

/** Runs the command to its end. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ exit: Exit; said: string }> {
  await using child = launch(args, env);
  return { exit: await child.exited, said: child.log(1_000) };
}

/** A line of the auth file, of a password given as `echo` gives it. */
async function hashOf(password: string): Promise<string> {
  const stdout = await programOutput(
    'sh',
    ['-c', 'echo "$PASSWORD" | "$0" dist/cli/main.js hash-password', process.execPath],
    { cwd: root, env: { ...noSettings, PASSWORD: password } },
  );
  expect(stdout).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$\S+\n$/);
  return `user ada admin ${stdout.trim()}`;
}

describe('celeryql', () => {
  it('--help lists every setting, and exits with 0', async () => {
    const { exit, said } = await run(['--help']);
    expect(exit.code).toBe(0);
    for (const row of Object.values(settings)) {
      expect(said).toContain(`--${row.flag} <value>`);
      expect(said).toContain(plainVariables(row).join(', '));
    }
  });

  it('--help comes at once: it loads neither GraphQL, nor metrics, nor a client of a broker', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    try {
      const { exit } = await run(['--help'], { NODE_V8_COVERAGE: folder });
      expect(exit.code).toBe(0);
      const [file = ''] = await readdir(folder);
      const { result } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
        result: readonly { url: string }[];
      };
      const files = result
        .filter(({ url }) => url.startsWith('file:'))
        .map(({ url }) => url.replace(/.*\/dist\//, ''));
      expect(files.sort()).toEqual(['cli/main.js', 'version.bundle.js']);
      const sources = await Promise.all(
        files.map(async (name) => {
          const map = await readFile(join(root, 'dist', `${name}.map`), 'utf8');
          return (JSON.parse(map) as { sources: readonly string[] }).sources;
        }),
      );
      const packages = sources
        .flat()
        .flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
      expect([...new Set(packages)].sort()).toEqual(['zod']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('--version says its version, and exits with 0', async () => {
    expect(await run(['--version'])).toEqual({ exit: { code: 0, signal: null }, said: version });
  });

  it.each([
    [['--nothing'], {}, /^celeryql: Unknown option '--nothing'; --help lists all flags$/],
    [[], { PORT: 'http' }, /^celeryql: PORT must be a whole number from 0 to 65535$/],
    [['--port', '-1'], {}, /^celeryql: Option '--port' argument is ambiguous; --help lists all flags$/],
    [
      [],
      { BROKER_URL: 'redis://:hunter3@h:x/0' },
      /^celeryql: BROKER_URL has a port that is not a number from 0 to 65535$/,
    ],
    [['redis://:hunter3@h:6379/0'], {}, /^celeryql: Unexpected argument 'redis:\/\/:\*+@h:6379\/0'; /],
    [
      [],
      { BROKER_URL: '' },
      /^celeryql: BROKER_URL is set but empty: give it a value, or leave it out$/,
    ],
    [
      [],
      { BROKER_ULR: 'redis://:hunter3@h' },
      /^celeryql: BROKER_ULR is not a setting; did you mean BROKER_URL\?$/,
    ],
    [
      [],
      { CELERYQL_BROKR_URL: 'redis://:hunter3@h' },
      /^celeryql: CELERYQL_BROKR_URL is not a setting; did you mean CELERYQL_BROKER_URL\?$/,
    ],
    [
      [],
      { HOST: '0.0.0.0', ANONYMOUS: 'viewer' },
      /^celeryql: --host 0\.0\.0\.0 would show the embedded cluster, a simulation, to other machines: /,
    ],
  ])('with %j and %j says in one line what is wrong, and exits with 2', async (args, env, line) => {
    const { exit, said } = await run(args, env);
    expect(exit.code).toBe(2);
    expect(said).toMatch(line);
    expect(said.split('\n')).toHaveLength(1);
    expect(said).not.toContain('hunter3');
  });

  it('does not start open to other machines, says in one line what to do, and exits with 2', async () => {
    const { exit, said } = await run(['--host', '0.0.0.0', '--port', '0', '--broker', 'embedded']);
    expect([exit.code, said]).toEqual([
      2,
      'celeryql: --host 0.0.0.0 accepts other machines, but no credentials are configured: set --auth-file, --jwt-jwks or ' +
        '--proxy-user-header, or set the role of anonymous callers, such as --anonymous viewer',
    ]);
  });

  it('does not let others in without credentials under any name, and exits with 2', async () => {
    const { exit, said } = await run([
      ...['--host', '0.0.0.0', '--port', '0', '--broker', 'embedded', '--anonymous', 'viewer'],
    ]);
    expect([exit.code, said]).toEqual([
      2,
      'celeryql: --host 0.0.0.0 with --anonymous viewer accepts callers without credentials; set --allowed-hosts ' +
        '(ALLOWED_HOSTS) to the names by which clients address the gateway, such as celeryql.example.com, so that no ' +
        'web page can reach it by another name; IP addresses and localhost need no entry: `localhost` is enough where ' +
        'nothing else is used',
    ]);
  });

  it('makes a token and its line for the auth file, with which it then lets its bearer in', async () => {
    const { exit, said } = await run(['create-token', 'grafana', 'viewer']);
    const [, token = '', , line = ''] = said.split('\n');
    expect([exit.code, line]).toEqual([0, expect.stringMatching(/^token grafana viewer [0-9a-f]{64}$/)]);
    const again = await run(['create-token', 'grafana', 'root']);
    expect([again.exit.code, again.said]).toEqual([
      2,
      'celeryql: create-token takes a name without spaces and a role: viewer, operator, admin',
    ]);

    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    try {
      await writeFile(join(folder, 'auth'), `${await hashOf('hunter3')}\n${line}\n`);
      const port = await freePort();
      await using gateway = launch(
        ['--port', String(port), '--host', '0.0.0.0', '--broker', 'embedded'],
        {
          AUTH_FILE: join(folder, 'auth'),
        },
      );
      await gateway.waitForLine(/embedded/);
      const me = async (authorization: string) => {
        const url = `http://127.0.0.1:${port}/graphql?query={me{name,role}}`;
        const response = await fetch(url, { headers: { authorization } });
        return ((await response.json()) as { data?: { me: unknown } }).data?.me;
      };
      expect(await me(`Bearer ${token}`)).toEqual({ name: 'grafana', role: 'VIEWER' });
      expect(await me(`Basic ${btoa('ada:hunter3')}`)).toEqual({ name: 'ada', role: 'ADMIN' });
      expect(await me(`Basic ${btoa('ada:hunter2')}`)).toBeUndefined();
      expect(gateway.log()).not.toMatch(/hunter|cql_/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says on one line of the log that any local client may do everything', async () => {
    await using gateway = launch(['--port', '0']);
    const line = await gateway.waitForLine(/any local client may do everything/);
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', see: '--auth-file' });
  });

  it('says in one line that its port is in use, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { exit, said } = await run(['--port', String(port)]);
    other.close();
    expect(exit.code).toBe(1);
    expect(said.split('\n').at(-1)).toBe(
      `celeryql: 127.0.0.1:${port} is already in use; choose another with --port or PORT`,
    );
  });

  it('says in one line that its host is not of this machine, and exits with 1', async () => {
    const { exit, said } = await run([
      ...['--host', '192.0.2.1', '--port', '0', '--anonymous', 'viewer', '--broker', 'embedded'],
      ...['--allowed-hosts', 'localhost'],
    ]);
    expect([exit.code, said.split('\n').at(-1)]).toEqual([
      1,
      'celeryql: 192.0.2.1 is not an address of this machine',
    ]);
  });

  it('without a broker shows moving figures of the embedded cluster within ten seconds', async () => {
    const started = performance.now();
    const port = await freePort();
    await using gateway = launch(['--port', String(port)]);
    const line = await gateway.waitForLine(/embedded/, 10_000);
    expect(JSON.parse(line)).toMatchObject({
      ...{ level: 'info', url: `http://127.0.0.1:${port}/graphql`, broker: 'embedded', version },
      message:
        'showing the embedded cluster; to monitor a real one, start with BROKER_URL=redis://host:6379/0',
    });

    const url = `http://127.0.0.1:${port}/graphql`;
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const total = async (): Promise<number> => {
      const query = encodeURIComponent('{ taskStatus(useCache: false) { total } }');
      const answer = (await (await fetch(`${url}?query=${query}`)).json()) as {
        data: { taskStatus: { total: number } };
      };
      return answer.data.taskStatus.total;
    };
    const first = await total();
    await vi.waitFor(async () => expect(await total()).toBeGreaterThan(first), 10_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('warns of a variable that is probably a misspelled setting, and starts', async () => {
    await using gateway = launch(['--port', '0'], { LOG_LEVELS: 'debug' });
    expect(JSON.parse(await gateway.waitForLine(/has no effect/))).toMatchObject({
      ...{ level: 'warn', variable: 'LOG_LEVELS', setting: 'LOG_LEVEL' },
    });
    await gateway.waitForLine(/embedded/);
  });

  it('says in readiness, health and metrics that it shows the embedded cluster', async () => {
    const port = await freePort();
    await using gateway = launch(['--port', String(port)]);
    await gateway.waitForLine(/showing the embedded cluster/);
    const read = async (path: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(response.status).toBe(200);
      return response.text();
    };
    await vi.waitFor(() => read('/health/ready'), 10_000);
    expect(JSON.parse(await read('/health/ready'))).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'broker', status: 'ok', message: 'embedded: a simulation, no broker is watched' },
      ]) as unknown,
    });
    const health = await read(
      `/graphql?query=${encodeURIComponent('{ health { checks { name message } } }')}`,
    );
    expect(health).toContain('embedded: a simulation, no broker is watched');
    expect(await read('/metrics')).toContain('celeryql_cluster_embedded{cluster="default"} 1');
  });

  it('says in readiness that one of several clusters is embedded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
    try {
      const away = { name: 'shop', broker: `redis://127.0.0.1:${await freePort()}/0` };
      const clusters = [away, { name: 'demo', embedded: true }];
      const file = join(folder, 'clusters.json');
      await writeFile(file, JSON.stringify({ clusters }));
      const port = await freePort();
      await using gateway = launch(['--port', String(port), '--clusters-file', file]);
      await gateway.waitForLine(/monitoring/);
      await vi.waitFor(async () => {
        const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
        expect(await response.json()).toMatchObject({
          checks: expect.arrayContaining([
            expect.objectContaining({ message: expect.stringContaining('embedded') as string }),
          ]) as unknown,
        });
      }, 10_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('with a broker that is away starts all the same, and says so without the password', async () => {
    const [port, broker] = [await freePort(), await freePort()];
    await using gateway = launch(['--port', String(port)], {
      BROKER_URL: `redis://user:hunter3@127.0.0.1:${broker}/0`,
    });
    await gateway.waitForLine(/monitoring a cluster/);
    const health = await fetch(`http://127.0.0.1:${port}/api/v1/celery/health`);
    expect(health.status).toBe(503);
    expect(await health.text()).not.toContain('hunter3');
    await gateway.stop();
    expect(gateway.log()).not.toMatch(/hunter3|user/);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  const subscription = 'subscription { cacheStats { timestamp } }';

  it('ends it with 0 within five seconds, though clients are connected', async () => {
    const port = await freePort();
    await using gateway = launch(['--port', String(port)]);
    await gateway.waitForLine(/embedded/);

    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: subscription } }));
    await new Promise((resolve) => socket.once('message', resolve));

    const stream = await new Promise<IncomingMessage>((resolve) => {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const client = request({ port, path: '/graphql', method: 'POST', headers }, resolve);
      client.end(JSON.stringify({ query: subscription }));
    });
    const ended = new Promise((resolve) => stream.resume().once('close', resolve));

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await new Promise((resolve) =>
      get({ port, path: '/api/v1/celery/health', agent }, (response) =>
        response.resume().on('end', resolve),
      ),
    );

    const start = performance.now();
    process.kill(gateway.pid, signal);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(await closed).toBe(1001);
    await ended;
    agent.destroy();
    expect(gateway.log(5)).toMatch(/"stopping","signal":"SIG(TERM|INT)"[^]*"stopped"\}$/);
  });

  it('ends it with 0 within five seconds, though a client neither reads nor answers', async () => {
    const port = await freePort();
    await using gateway = launch(['--port', String(port)]);
    await gateway.waitForLine(/embedded/);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();

    const start = performance.now();
    process.kill(gateway.pid, signal);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - start).toBeLessThan(5_000);
    socket.terminate();
  });
});

describe('A process group that gets SIGTERM twice', () => {
  it('ends with 0, and answers the request that is in flight', async () => {
    // A broker that accepts and says nothing: what has to ask it waits for its deadline.
    const mute = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port: broker } = mute.address() as AddressInfo;
    const port = await freePort();
    await using gateway = new Child(
      process.execPath,
      ['dist/cli/main.js', '--port', String(port), '--broker', `redis://127.0.0.1:${broker}/0`],
      { name: 'celeryql', cwd: root, env: noSettings, group: true },
    );
    await gateway.waitForLine(/monitoring a cluster/);

    const body = JSON.stringify({ query: '{ me { name } }' });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const client = request({ port, path: '/graphql', method: 'POST', headers });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      client.once('response', resolve);
      client.once('error', reject);
    });
    await new Promise<void>((resolve) => client.write(body.slice(0, 5), () => resolve()));
    // The gateway has read the head when it answers the next request.
    await fetch(`http://127.0.0.1:${port}/health/live`);

    process.kill(-gateway.pid, 'SIGTERM');
    await gateway.waitForLine(/"stopping"/);
    process.kill(-gateway.pid, 'SIGTERM');
    client.end(body.slice(5));
    expect((await answer).statusCode).toBe(200);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    mute.close();
  });
});

describe('npm start', () => {
  // SIGTERM alone: a terminal sends SIGINT to the gateway itself.
  it('passes SIGTERM on to the gateway, which ends in good order', async () => {
    await using npm = new Child('npm', ['start', '--', '--port', '0'], {
      ...{ name: 'npm start', cwd: root, env: noSettings, group: true },
    });
    await npm.waitForLine(/embedded/);
    process.kill(npm.pid, 'SIGTERM');
    expect(await npm.waitForLine(/"stopped"/, 5_000)).toContain('"stopped"');
  });
});
