/** What the sweeps expect of a request and of one twice as large. */
import { expect } from 'vitest';

/** Steps of the most expensive request, and what is not worth comparing. */
const mostSteps = 8_000_000;
const fewSteps = 100_000;
/** Twice the text may take this much more work. */
const linear = 2.5;
/** Bytes of an answer that has no data. */
const mostErrorBytes = 20_000;

export interface Measure {
  /** Work, as counted-work.ts counts it. */
  readonly steps: number;
  /** Characters of the request and of its answer. */
  readonly sent: number;
  readonly received: number;
  /** Of a WebSocket that was closed, the code: `{ closed: 1009 }`. */
  readonly answer: unknown;
}

/** The work either doubles with the request or the request is refused; what an answer repeats of it is bounded. */
export function expectLinear(once: Measure, twice: Measure): void {
  expect(twice.steps).toBeLessThan(mostSteps);
  if (isRefused(once) || !isRefused(twice)) {
    const allowed = Math.max(fewSteps, once.steps) * (linear / 2) * (twice.sent / once.sent);
    expect(twice.steps).toBeLessThan(Math.max(allowed, linear * fewSteps));
  }
  for (const { answer, received } of [once, twice])
    if (!hasData(answer)) expect(received).toBeLessThan(mostErrorBytes);
  if (hasData(twice.answer)) expect(twice.received / once.received).toBeLessThan(linear);
}

function isRefused({ answer }: Measure): boolean {
  return JSON.stringify(answer).includes('"LIMIT_EXCEEDED"') || has(answer, 'closed');
}

function hasData(answer: unknown): boolean {
  return Array.isArray(answer) || has(answer, 'data');
}

function has(answer: unknown, key: string): boolean {
  return typeof answer === 'object' && answer !== null && key in answer;
}
