import { expect, it } from 'vitest';
import { roughSize } from '../../../src/cache/rough-size.js';

it('counts strings by their length and objects by what they hold', () => {
  expect(roughSize('12345')).toBe(13);
  expect(roughSize(1)).toBe(8);
  expect(roughSize({ name: 'w1', active: [1, 2] })).toBe(32 + 10 + 32 + 16);
  expect(roughSize(new Uint8Array(100))).toBe(132);
});

it('looks into maps and sets', () => {
  expect(roughSize(new Map([['key', 'value']]))).toBe(32 + 11 + 13);
  expect(roughSize(new Set(['12']))).toBe(32 + 10);
});

it('counts what is shared once, and ends on a cycle', () => {
  const worker: { self?: unknown } = {};
  worker.self = worker;
  expect(roughSize(worker)).toBe(40);
});

it('stops as soon as the limit is passed', () => {
  const rows = Array.from({ length: 1_000 }, () => 'x'.repeat(92));
  expect(roughSize(rows)).toBe(32 + 100_000);
  expect(roughSize(rows, 1_000)).toBe(1_032);
});
