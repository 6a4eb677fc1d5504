/** Sessions that end before their caller ends them. */
import { describe, expect, it } from 'vitest';
import { LiveSessions } from '../../../src/access/live-sessions.js';
import type { Viewer } from '../../../src/access/viewer.js';

const viewer = (name: string): Viewer => ({ name, role: 'viewer', method: 'basic', expiresAt: null });

describe('A session', () => {
  const open = (sessions: LiveSessions, who: Viewer, ended: string[]) =>
    sessions.add(who, (why) => void ended.push(`${who.name} ${why}`));

  it('ends when its credentials are not in their file any more, and no other one does', () => {
    const [sessions, ended]: [LiveSessions, string[]] = [new LiveSessions(), []];
    open(sessions, sessions.granted(viewer('ann'), 'auth-file', 'a'), ended);
    open(sessions, sessions.granted(viewer('bob'), 'auth-file', 'b'), ended);
    open(sessions, sessions.granted(viewer('jwt'), 'jwks', 'k'), ended);
    open(sessions, viewer('anonymous'), ended);
    sessions.replace('auth-file', ['b', 'c']);
    expect([ended, sessions.size]).toEqual([['ann withdrawn'], 3]);
    sessions.replace('auth-file', ['b']);
    expect(ended).toEqual(['ann withdrawn']);
    sessions.replace('jwks', ['other']);
    expect(ended).toEqual(['ann withdrawn', 'jwt withdrawn']);
  });

  it('ends at once when its credentials were withdrawn while they were checked', () => {
    const [sessions, ended]: [LiveSessions, string[]] = [new LiveSessions(), []];
    const ann = sessions.granted(viewer('ann'), 'auth-file', 'a');
    sessions.replace('auth-file', []);
    open(sessions, ann, ended);
    expect([ended, sessions.size]).toEqual([['ann withdrawn'], 0]);
  });

  it('ends when its viewer sees less', () => {
    const [sessions, ended]: [LiveSessions, string[]] = [new LiveSessions(), []];
    open(sessions, viewer('ann'), ended);
    open(sessions, viewer('bob'), ended);
    sessions.endOf(({ name }) => name === 'bob');
    expect([ended, sessions.size]).toEqual([['bob visibility'], 1]);
  });

  it('is forgotten when it has ended by itself', () => {
    const [sessions, ended]: [LiveSessions, string[]] = [new LiveSessions(), []];
    open(sessions, sessions.granted(viewer('ann'), 'auth-file', 'a'), ended)();
    sessions.replace('auth-file', []);
    expect([ended, sessions.size]).toEqual([[], 0]);
  });
});
