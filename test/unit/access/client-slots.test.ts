/** How many of something a client has open at once. */
import { expect, it } from 'vitest';
import { ClientSlots } from '../../../src/access/client-slots.js';

it('gives each client as many as it may have, and again what it gives back', () => {
  const slots = new ClientSlots(2);
  const release = slots.take('a');
  expect([slots.take('a'), slots.take('b')]).toEqual([expect.any(Function), expect.any(Function)]);
  expect(slots.take('a')).toBeNull();
  release?.();
  expect([slots.take('a'), slots.take('a')]).toEqual([expect.any(Function), null]);
});

it('takes a slot back once, however often it is given back', () => {
  const slots = new ClientSlots(2);
  const release = slots.take('a');
  slots.take('a');
  release?.();
  release?.();
  expect(slots.taken('a')).toBe(1);
});

it('forgets a client that has none', () => {
  const slots = new ClientSlots(1);
  for (let client = 0; client < 1_000; client++) slots.take(`client ${client}`)?.();
  expect(slots.size).toBe(0);
});
