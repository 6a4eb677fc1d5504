/** Trusted proxies, and all other clients, whose headers count for nothing. */
import { describe, expect, it } from 'vitest';
import { isWide, parseSubnet, plainAddress } from '../../../src/access/ip-address.js';
import type { Subnet } from '../../../src/access/ip-address.js';
import { RoleMap } from '../../../src/access/role-map.js';
import { ProxyScheme, TrustedProxies } from '../../../src/access/trusted-proxies.js';
import { readConfig } from '../../../src/config/config.js';
import { ForbiddenError, UnauthenticatedError } from '../../../src/errors.js';

const proxies = new TrustedProxies(
  ['10.0.0.0/8', 'fd00::/8'].map((text) => parseSubnet(text) as Subnet),
);

describe('The address of a client', () => {
  const clientOf = (remoteAddress: string | null, ...forwarded: string[]) =>
    proxies.clientOf({ remoteAddress, headers: { 'x-forwarded-for': forwarded } });

  it.each([
    ['its own, whatever it claims', '192.0.2.1', ['127.0.0.1'], '192.0.2.1'],
    ['in the notation of IPv4 on a socket that takes both', '::ffff:192.0.2.1', [], '192.0.2.1'],
    ["the proxy's when it forwards none", '10.0.0.1', [], '10.0.0.1'],
    ['what the proxy forwards', '10.0.0.1', ['192.0.2.1'], '192.0.2.1'],
    ['the last one, which the proxy has written', '10.0.0.1', ['127.0.0.1, 192.0.2.1'], '192.0.2.1'],
    ['through several proxies', 'fd00::1', ['6.6.6.6, 192.0.2.1, 10.9.9.9'], '192.0.2.1'],
    ['of several headers together', '10.0.0.1', ['6.6.6.6', '192.0.2.1, 10.0.0.2'], '192.0.2.1'],
    ['without its port', '10.0.0.1', ['192.0.2.1:5000'], '192.0.2.1'],
    ['without brackets', '10.0.0.1', ['[2001:db8::1]:5000'], '2001:db8::1'],
    ["a proxy's when nothing else can be read", '10.0.0.1', ['192.0.2.1, unknown'], '10.0.0.1'],
    ['the first when all are proxies', '10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
  ])('is %s', (_name, remoteAddress, forwarded, client) => {
    expect(clientOf(remoteAddress, ...forwarded)).toBe(client);
  });

  it('is unknown without a connection', () => {
    expect(clientOf(null, '192.0.2.1')).toBeNull();
  });
});

describe('A user whom a proxy names', () => {
  const scheme = new ProxyScheme({
    ...{ proxies, userHeader: 'x-user', roleHeader: 'x-groups' },
    roles: new RoleMap(
      new Map([
        ['ops', 'operator'],
        ['readers', 'viewer'],
      ]),
    ),
  });
  const attempt = (remoteAddress: string, headers: Record<string, string[]>) =>
    scheme.authenticate({ headers, remoteAddress, clientAddress: remoteAddress });

  it('is believed, with the most that the groups give', async () => {
    expect(await attempt('10.0.0.1', { 'x-user': ['ada'], 'x-groups': ['dev, ops,readers'] })).toEqual({
      ...{ name: 'ada', role: 'operator', method: 'proxy', expiresAt: null },
    });
  });

  it.each([
    ['admin, viewer', 'viewer'],
    ['viewer, admin', 'viewer'],
    ['admin,operator', 'operator'],
    ['admin, ops', 'operator'],
    ['ops, viewer', 'viewer'],
    ['admin', 'admin'],
  ])(
    'has the least of several roles, of which the client may have sent one: %s',
    async (value, role) => {
      expect(await attempt('10.0.0.1', { 'x-user': ['ada'], 'x-groups': [value] })).toMatchObject({
        role,
      });
    },
  );

  it.each(['192.0.2.1', '127.0.0.1', '::1', '::ffff:192.0.2.1', '11.0.0.1'])(
    'is not authenticated when the request comes from %s',
    async (address) => {
      expect(await attempt(address, { 'x-user': ['ada'], 'x-groups': ['admin'] })).toBeNull();
    },
  );

  it('is not authenticated by an address that the request claims', async () => {
    const headers = { 'x-user': ['ada'], 'x-groups': ['admin'], 'x-forwarded-for': ['10.0.0.1'] };
    expect(await attempt('192.0.2.1', headers)).toBeNull();
  });

  it.each([
    ['named twice', { 'x-user': ['ada', 'admin'], 'x-groups': ['admin'] }],
    ['appended to what the client sent', { 'x-user': ['root, ada'], 'x-groups': ['admin'] }],
    ['given groups twice', { 'x-user': ['ada'], 'x-groups': ['admin', 'viewer'] }],
    ['named without end', { 'x-user': ['a'.repeat(257)], 'x-groups': ['admin'] }],
  ])('is refused when %s', async (_name, headers) => {
    await expect(attempt('10.0.0.1', headers)).rejects.toThrow(UnauthenticatedError);
  });

  it.each([{ 'x-user': ['ada'] }, { 'x-user': ['ada'], 'x-groups': ['dev'] }])(
    'may do nothing without a group that gives a role: %j',
    async (headers) => {
      await expect(attempt('10.0.0.1', headers)).rejects.toThrow(ForbiddenError);
    },
  );

  it.each([{}, { 'x-user': [''] }, { 'x-groups': ['admin'] }])(
    'is not authenticated by %j',
    async (headers) => {
      expect(await attempt('10.0.0.1', headers)).toBeNull();
    },
  );

  it('is a viewer where no header is named for roles', async () => {
    const roles = new RoleMap(new Map());
    const plain = new ProxyScheme({ proxies, userHeader: 'x-user', roleHeader: null, roles });
    const headers = { 'x-user': ['ada'] };
    expect(
      await plain.authenticate({ headers, remoteAddress: '10.0.0.1', clientAddress: null }),
    ).toMatchObject({ role: 'viewer' });
  });
});

describe('Addresses', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8 }],
    ['10.0.0.1', { address: '10.0.0.1', prefix: 32 }],
    ['::1', { address: '::1', prefix: 128 }],
    ['10.0.0.0/33', null],
    ['10.0.0.0/', null],
    ['10.0.0.0/8/8', null],
    ['fd00::/129', null],
    ['host/8', null],
    ['', null],
  ])('of a network are read: %j', (text, subnet) => {
    expect(parseSubnet(text)).toEqual(subnet);
  });

  it.each([
    ...['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '8.0.0.0/7', '2000::/3'],
    ...['::ffff:0:0/96', '::/80', '::ffff:10.0.0.0/100'],
  ])('of half the Internet are trusted as no proxies: %s', (network) => {
    expect(() => readConfig(['--trusted-proxies', `10.0.0.1,${network}`], {})).toThrow(
      '--trusted-proxies must not hold networks wider than /8 (IPv6: /7): any client in one could name itself as any ' +
        'user; give the addresses of the proxies',
    );
  });

  it.each(['10.0.0.0/8', 'fc00::/7', '172.16.0.0/12', '::1', '::ffff:10.0.0.0/104', '2001:db8::/32'])(
    'of one operator may be: %s',
    (network) => {
      expect(readConfig(['--trusted-proxies', network], {}).trustedProxies).toHaveLength(1);
    },
  );

  it.each([
    ['52.0.0.0/8', true],
    ['2600::/12', true],
    ['10.0.0.0/8', false],
    ['100.64.0.0/10', false],
    ['fd00::/8', false],
    ['192.0.2.0/24', false],
  ])('of many operators are worth a warning: %s', (network, wide) => {
    expect(isWide(parseSubnet(network) as Subnet)).toBe(wide);
  });

  it('have no zone elsewhere', () => {
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});
