import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Role, Viewer } from '../../../src/access/viewer.js';
import { Admissions } from '../../../src/http/kept/admissions.js';

const headers = ['Host', 'gateway', 'Accept', 'application/json'];

function world() {
  const clock = { now: 0 };
  const authenticator = {
    revision: 1,
    inForce: true,
    isInForce: () => authenticator.inForce,
    lockedOut: [''],
    isLockedOut: (address: string | null) => authenticator.lockedOut.includes(address ?? ''),
  };
  const admissions = new Admissions({ authenticator, clock: () => clock.now });
  const socket = new Socket();
  const request = (rawHeaders = headers, from = socket): IncomingMessage =>
    Object.assign(new IncomingMessage(from), { rawHeaders });
  return { clock, authenticator, admissions, request };
}

function caller(role: Role = 'viewer', name = 'anna') {
  const viewer: Viewer = { name, role, method: 'bearer', expiresAt: null };
  return { viewer, clientAddress: '127.0.0.1' };
}

describe('Admissions', () => {
  it('recalls who sent the last request of a connection with the same headers, for a second', () => {
    const { clock, admissions, request } = world();
    const anna = caller();

    admissions.remember(request(), anna, 1);

    clock.now = 999;
    expect(admissions.recall(request())?.caller).toBe(anna);
    clock.now = 1_000;
    expect(admissions.recall(request())).toBeNull();
  });

  it('recalls no one on another connection, or with other headers', () => {
    const { admissions, request } = world();
    admissions.remember(request(), caller(), 1);

    expect(admissions.recall(request(headers, new Socket()))).toBeNull();
    expect(admissions.recall(request([...headers, 'Origin', 'https://page.example']))).toBeNull();
  });

  it('recalls no one when credentials have changed meanwhile', () => {
    const { authenticator, admissions, request } = world();
    admissions.remember(request(), caller(), 1);

    authenticator.revision = 2;

    expect(admissions.recall(request())).toBeNull();
  });

  it('judges once more who sends from an address that is locked out, and no one else', () => {
    const { authenticator, admissions, request } = world();
    const other = new Socket();
    const locked = { ...caller(), clientAddress: '192.0.2.1' };
    admissions.remember(request(), locked, 1);
    admissions.remember(request(headers, other), caller(), 1);

    authenticator.lockedOut = ['192.0.2.1'];

    expect(admissions.recall(request())).toBeNull();
    expect(admissions.recall(request(headers, other))).not.toBeNull();
    admissions.remember(request(), locked, 1);
    expect(admissions.recall(request())?.caller).toBe(locked);
  });

  it('recalls no one whose credentials have expired', () => {
    const { authenticator, admissions, request } = world();
    admissions.remember(request(), caller(), 1);

    authenticator.inForce = false;

    expect(admissions.recall(request())).toBeNull();
  });

  it('has one profile for requests of one viewer that ask the same, over all connections', () => {
    const { admissions, request } = world();
    const traced = [...headers, 'traceparent', '00-1'];

    const first = admissions.remember(request(), caller(), 1);
    const second = admissions.remember(request(traced, new Socket()), caller(), 1);

    expect(second.profile).toBe(first.profile);
  });

  it('has another profile for another role, another user and other headers', () => {
    const { admissions, request } = world();
    const profiles = [
      admissions.remember(request(), caller('viewer'), 1),
      admissions.remember(request(), caller('admin'), 1),
      admissions.remember(request(), caller('viewer', 'bert'), 1),
      admissions.remember(request(['Host', 'gateway', 'Accept', '*/*']), caller('viewer'), 1),
    ].map(({ profile }) => profile);

    expect(new Set(profiles).size).toBe(4);
  });
});
