import { expect, it } from 'vitest';
import { matchesGlob } from '../../src/glob.js';

it.each([
  ['*', '', true],
  ['*', 'anything', true],
  ['mail.*', 'mail.send', true],
  ['mail.*', 'mail.', true],
  ['mail.*', 'mail', false],
  ['mail.*', 'email.send', false],
  ['*.send', 'mail.send.send', true],
  ['*.send', 'mail.sender', false],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['demo.?', 'demo.a', true],
  ['demo.?', 'demo.', false],
  ['demo.add', 'demoXadd', false],
  ['[a]', '[a]', true],
  ['', '', true],
  ['', 'a', false],
])('takes %j for %j: %j', (pattern, name, matches) => {
  expect(matchesGlob(pattern, name)).toBe(matches);
});

it('comes to an end soon, however many stars there are', () => {
  expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(10_000))).toBe(false);
});
