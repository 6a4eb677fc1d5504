import { describe, expect, it } from 'vitest';
import { AddressSet, parseAddress, parseSubnet } from '../../../src/access/ip-address.js';

describe('parseAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('reads %s as %s', (text, address) => {
    expect(parseAddress(text)?.toString()).toBe(address);
  });

  it.each(['10.1', '167772161', '0x0a000001', '0x7f.0.0.1', '0127.0.0.1', ' 10.0.0.1', 'host', ''])(
    'reads no address in %j',
    (text) => {
      expect(parseAddress(text)).toBeNull();
      expect(parseSubnet(text)).toBeNull();
    },
  );
});

describe('AddressSet', () => {
  const has = (subnet: string, address: string): boolean => {
    const parsed = parseSubnet(subnet);
    return parsed !== null && new AddressSet([parsed]).has(address);
  };

  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '10.255.255.255', true],
    ['::ffff:10.0.0.0/104', '11.0.0.0', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', '253.0.0.1', false],
    ['0.0.0.0/0', '::1', false],
    ['::1', '::1', true],
  ])('of %s has %s: %s', (subnet, address, expected) => {
    expect(has(subnet, address)).toBe(expected);
  });

  it('of nothing has no address', () => {
    expect(new AddressSet([]).has('10.0.0.1')).toBe(false);
  });
});
