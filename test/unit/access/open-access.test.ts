/** From the settings to the callers that are let in: never more than an operator has configured. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../src/access/audit-log.js';
import { parseAuthFile } from '../../../src/access/auth-file.js';
import { sha256Of } from '../../../src/access/bearer.js';
import { openAccess } from '../../../src/access/open-access.js';
import { readConfig } from '../../../src/config/config.js';
import { ConfigError, UnauthenticatedError } from '../../../src/errors.js';
import { createLogger, silentLogger } from '../../../src/log.js';

const hash = `$scrypt$ln=10,r=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const sha256 = sha256Of('t0ken').toString('hex');
let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeryql-'));
  await writeFile(file('auth'), `token ci operator ${sha256}\n`);
  await writeFile(file('empty'), '# no user yet\n');
  await writeFile(file('large'), '#'.repeat(1024 * 1024 + 1));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(args: readonly string[], log = silentLogger) {
  const audit = new AuditLog({ log, maxRecords: 10 });
  const access = await openAccess(readConfig(['--broker', 'embedded', ...args], {}), {
    audit,
    log,
    clock: () => 0,
  });
  const request = (headers: Record<string, string[]>) =>
    access.authenticator.authenticate({ headers, remoteAddress: '192.0.2.1' });
  return { ...access, request };
}

describe('Without credentials', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])(
    'any local client may do everything at %s, and the log says so',
    async (host) => {
      const lines: string[] = [];
      const { request, hosts, announce } = await open(
        ['--host', host],
        createLogger('info', (line) => void lines.push(line)),
      );
      expect(await request({})).toMatchObject({ name: 'anonymous', role: 'admin', method: 'none' });
      expect(hosts).not.toBeNull();
      announce();
      expect(lines).toEqual([expect.stringContaining('any local client may do everything')]);
    },
  );

  it.each(['0.0.0.0', '::', '192.0.2.1', 'celeryql.example.com'])(
    'it does not start at %s, and says what to do',
    async (host) => {
      await expect(open(['--host', host])).rejects.toThrow(
        new ConfigError(
          `--host ${host} accepts other machines, but no credentials are configured: set --auth-file, ` +
            '--jwt-jwks or --proxy-user-header, or set the role of anonymous callers, such as --anonymous viewer',
        ),
      );
    },
  );

  it.each(['viewer', 'operator', 'admin'] as const)(
    'every caller is a %s if --anonymous says so',
    async (role) => {
      const flags = [
        '--host',
        '0.0.0.0',
        '--anonymous',
        role,
        '--allowed-hosts',
        'celeryql.example.com',
      ];
      const { request, hosts } = await open(flags);
      expect(await request({})).toMatchObject({ name: 'anonymous', role });
      expect(
        ['celeryql.example.com', '192.0.2.1:4000', '[2001:db8::1]', 'evil.test', '0.0.0.0'].map((host) =>
          hosts?.allows(host),
        ),
      ).toEqual([true, true, true, false, false]);
    },
  );

  it.each([
    [['--anonymous', 'viewer'], '--anonymous viewer'],
    [['--auth-file', 'auth', '--anonymous', 'viewer'], '--anonymous viewer'],
    [['--trusted-proxies', '10.0.0.0/8', '--proxy-user-header', 'x-user'], '--proxy-user-header'],
  ])('it does not start at 0.0.0.0 with %j before it knows its names', async (flags, way) => {
    const args = flags.map((flag) => (flag === 'auth' ? file('auth') : flag));
    await expect(open(['--host', '0.0.0.0', ...args])).rejects.toThrow(
      `--host 0.0.0.0 with ${way} accepts callers without credentials; set --allowed-hosts (ALLOWED_HOSTS)`,
    );
    await open(['--host', '127.0.0.1', ...args]);
    await open(['--host', 'celeryql.example.com', ...args]); // the name that it listens on
    await open(['--host', '0.0.0.0', '--allowed-hosts', 'localhost', ...args]);
  });

  it('the log warns of networks of strangers among the proxies', async () => {
    const lines: string[] = [];
    const log = createLogger('warn', (line) => void lines.push(line));
    const flags = ['--trusted-proxies', '52.0.0.0/8,10.0.0.0/8', '--proxy-user-header', 'x-user'];
    (await open(flags, log)).announce();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message: expect.stringContaining('trusted as proxies') as string, networks: ['52.0.0.0/8'] },
    ]);
  });

  it('credentials that a caller offers all the same are not checked', async () => {
    const { request } = await open([]);
    expect(await request({ authorization: ['Bearer left over'] })).toMatchObject({ name: 'anonymous' });
  });
});

describe('With credentials', () => {
  it('no caller is let in without them, at any address', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const { request } = await open(['--host', host, '--auth-file', file('auth')]);
      expect(await request({ authorization: ['Bearer t0ken'] })).toMatchObject({ name: 'ci' });
      await expect(request({})).rejects.toThrow(new UnauthenticatedError('Credentials are required'));
    }
  });

  it('wrong ones are refused even where callers need none', async () => {
    const { request } = await open(['--auth-file', file('auth'), '--anonymous', 'viewer']);
    expect(await request({})).toMatchObject({ role: 'viewer', method: 'none' });
    await expect(request({ authorization: ['Bearer wrong'] })).rejects.toThrow(UnauthenticatedError);
  });

  it('callers without any, where there are both, have to use a name of the gateway', async () => {
    const { hosts } = await open(['--auth-file', file('auth'), '--anonymous', 'viewer']);
    expect([hosts?.scope, hosts?.allows('evil.test')]).toEqual(['without_credentials', false]);
  });

  it('any name will do, unless some are given', async () => {
    const flags = ['--auth-file', file('auth')];
    expect((await open(flags)).hosts).toBeNull();
    const { hosts } = await open([...flags, '--allowed-hosts', 'Celeryql.Example.com']);
    expect(
      ['celeryql.example.com:4000', 'localhost', 'evil.test'].map((host) => hosts?.allows(host)),
    ).toEqual([true, true, false]);
  });
});

describe('Settings that contradict each other stop the start:', () => {
  it.each([
    [
      ['--anonymous', 'none'],
      '--anonymous none rejects every client, because no credentials are configured; see --auth-file',
    ],
    [['--auth-file', '/nowhere'], '--auth-file is the path of a file that cannot be read'],
    [
      ['--jwt-jwks', '/nowhere', '--jwt-issuer', 'i', '--jwt-audience', 'a'],
      '--jwt-jwks is the path of a file that cannot be read',
    ],
    [['--jwt-jwks', 'https://'], '--jwt-jwks needs --jwt-issuer and --jwt-audience'],
    [['--jwt-jwks', 'https://', '--jwt-issuer', 'i', '--jwt-audience', 'a'], '--jwt-jwks is not a URL'],
    [
      ['--jwt-jwks', 'http://id.example.com/keys', '--jwt-issuer', 'i', '--jwt-audience', 'a'],
      '--jwt-jwks must be an https:// URL: over http:// an attacker on the network could replace the keys; save them to a file ' +
        'if HTTPS is not available',
    ],
    [
      ['--auth-file', '/dev/zero'],
      '--auth-file is not the path of a file, but for example of a folder, a pipe or a device',
    ],
    [
      ['--auth-file', tmpdir()],
      '--auth-file is not the path of a file, but for example of a folder, a pipe or a device',
    ],
    [['--jwt-issuer', 'i'], '--jwt-issuer and --jwt-audience need --jwt-jwks'],
    [
      ['--proxy-user-header', 'x-user'],
      '--proxy-user-header needs --trusted-proxies: the header of other clients is ignored',
    ],
    [['--proxy-role-header', 'x-groups'], '--proxy-role-header needs --proxy-user-header'],
  ])('%j', async (args, message) => {
    await expect(open(args)).rejects.toThrow(new ConfigError(message));
  });

  it.each([
    [
      { kty: 'oct', k: 'c2VjcmV0' },
      'contains a symmetric key (`oct`): every reader of the file could sign tokens',
    ],
    [
      { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'c2VjcmV0' },
      'contains a private key (`d`): every reader of the file could sign tokens; use only the public part',
    ],
  ])('a set of keys that are no public ones: %j', async (key, message) => {
    await writeFile(file('jwks'), JSON.stringify({ keys: [{ kty: 'RSA', n: 'n', e: 'AQAB' }, key] }));
    const flags = ['--jwt-jwks', file('jwks'), '--jwt-issuer', 'i', '--jwt-audience', 'a'];
    await expect(open(flags)).rejects.toThrow(new ConfigError(`--jwt-jwks ${message}`));
  });

  it.each(['http://127.0.0.1:9/keys', 'http://localhost/keys', 'https://id.example.com/keys'])(
    'keys on the way from %s do not',
    async (url) => {
      await open(['--jwt-jwks', url, '--jwt-issuer', 'i', '--jwt-audience', 'a']);
    },
  );

  it('a file that names no user, or is too long', async () => {
    await expect(open(['--auth-file', file('empty')])).rejects.toThrow(
      new ConfigError('--auth-file contains no user and no token'),
    );
    await expect(open(['--auth-file', file('large')])).rejects.toThrow(
      new ConfigError('--auth-file is the path of a file that is larger than 1 MB'),
    );
  });
});

describe('The auth file', () => {
  it('has a user or a token a line, and comments', () => {
    const text = `# who may come in\r\n\n  user ada admin ${hash}\ntoken ci viewer ${sha256.toUpperCase()}\n`;
    const { users, tokens } = parseAuthFile(text);
    expect(users).toMatchObject([{ name: 'ada', role: 'admin', password: { ln: 10, r: 1, p: 1 } }]);
    expect(tokens).toEqual([{ name: 'ci', role: 'viewer', sha256: sha256Of('t0ken') }]);
  });

  it('may have two tokens of one name, so that one can take the place of the other', () => {
    expect(
      parseAuthFile(`token ci viewer ${sha256}\ntoken ci viewer ${'a'.repeat(64)}`).tokens,
    ).toHaveLength(2);
  });

  it.each([
    ['hunter3', 'neither `user <name> <role> <hash>` nor `token <name> <role> <hash>`'],
    ['user ada admin', 'neither `user <name> <role> <hash>` nor `token <name> <role> <hash>`'],
    [
      `user ada lovelace admin ${hash}`,
      'neither `user <name> <role> <hash>` nor `token <name> <role> <hash>`',
    ],
    ['user ada admin hunter3', 'a password that is no hash of scrypt'],
    [`user ada root ${hash}`, 'a role other than viewer, operator, admin'],
    [`user a:b admin ${hash}`, 'a name that cannot be used'],
    ['token ci viewer hunter3', 'a token that is no SHA-256 in hexadecimal digits'],
    [`user bob admin ${hash}`, 'a user who was there before'],
    [`user __proto__ admin ${hash}`, 'a name that cannot be used'],
    [`token __proto__ admin ${sha256}`, 'a name that cannot be used'],
  ])('with %j is refused by its line, which is not quoted', (line, what) => {
    const text = `user bob viewer ${hash}\n\n${line}\n`;
    expect(() => parseAuthFile(text)).toThrow(new ConfigError(`has ${what} in line 3`));
  });
});
