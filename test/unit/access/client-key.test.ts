/** Under which name a client's share is kept. */
import { expect, it } from 'vitest';
import { clientKey, network } from '../../../src/access/client-key.js';
import { anonymous, authenticationMethods } from '../../../src/access/viewer.js';

it('is who it is for whom that is known, wherever it comes from', () => {
  const viewer = { name: 'ann', role: 'viewer', method: 'basic', expiresAt: null } as const;
  expect(clientKey(viewer, '192.0.2.1')).toBe('basic ann');
});

it('is another for a user of the same name who comes by another method', () => {
  const keys = authenticationMethods.map((method) =>
    clientKey({ name: 'ann', role: 'viewer', method, expiresAt: null }, '192.0.2.1'),
  );
  expect(keys).toEqual(['address 192.0.2.1', 'basic ann', 'bearer ann', 'jwt ann', 'proxy ann']);
});

it('is the address of any other client', () => {
  expect(clientKey(anonymous('viewer'), '192.0.2.1')).toBe('address 192.0.2.1');
  expect(clientKey(anonymous('viewer'), null)).toBe('address unknown');
});

it.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1::6', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('takes %s for a client of %s', (address, expected) => {
  expect(network(address)).toBe(expected);
});
