/** The whole of validation without a server: any answers and times, against clients that remember earlier answers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../src/slices.js';
import { entityTag, questionDigest } from '../../../../src/http/conditional/entity-tag.js';
import { formatHttpDate } from '../../../../src/http/conditional/http-date.js';
import { LastChanges } from '../../../../src/http/conditional/last-changes.js';
import { isUnchanged } from '../../../../src/http/conditional/preconditions.js';

const now = Date.UTC(2026, 0, 1);
const validators = { tag: 'W/"a"', changedAt: now / 1_000 - 60 };
const date = (ago: number) => formatHttpDate(now / 1_000 - ago);
const asked = (headers: Record<string, string>, given = validators) =>
  isUnchanged(new Headers(headers), given, now);

describe('a precondition', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['there is none', {}, false],
    ['the tag', { 'if-none-match': 'W/"a"' }, true],
    ['another tag', { 'if-none-match': 'W/"b"' }, false],
    ['the date', { 'if-modified-since': date(60) }, true],
    ['a later date', { 'if-modified-since': date(59) }, true],
    ['now', { 'if-modified-since': date(0) }, true],
    ['an earlier date', { 'if-modified-since': date(61) }, false],
    ['a date to come', { 'if-modified-since': date(-1) }, false],
    ['no date', { 'if-modified-since': 'soon' }, false],
    ['two dates', { 'if-modified-since': `${date(60)}, ${date(60)}` }, false],
    ['the tag wins over the date', { 'if-none-match': '"b"', 'if-modified-since': date(0) }, false],
    ['a malformed tag does too', { 'if-none-match': 'b', 'if-modified-since': date(0) }, false],
    ['the tag is enough', { 'if-none-match': '"a"', 'if-modified-since': date(61) }, true],
  ])('%s: unchanged is %3$s', (_name, headers, unchanged) => {
    expect(asked(headers)).toBe(unchanged);
  });

  it('of a date does not hold for an answer that is too new to have one', () => {
    expect(asked({ 'if-modified-since': date(0) }, { ...validators, changedAt: null as never })).toBe(
      false,
    );
  });
});

/** What one client was last sent, and by which it asks again. */
interface Copy {
  readonly body: number;
  readonly tag: string;
  readonly lastModified: string | null;
  /** The `Date` of the answer, which clients send that were given no `Last-Modified`. */
  readonly date: string;
}

const step = fc.record({
  /** Milliseconds; many steps lie within one second. */
  later: fc.oneof(fc.nat(400), fc.nat(3_000), fc.constant(-5_000)),
  question: fc.nat(2),
  client: fc.nat(2),
  changes: fc.boolean(),
  body: fc.nat(2),
  by: fc.constantFrom('tag', 'date', 'own date', 'both', 'nothing'),
});

function headersOf(copy: Copy | undefined, by: string): Record<string, string> {
  if (copy === undefined || by === 'nothing') return {};
  const since = by === 'own date' ? copy.date : copy.lastModified;
  return {
    ...((by === 'tag' || by === 'both') && { 'if-none-match': `W/"other", ${copy.tag}` }),
    ...(by !== 'tag' && since !== null && { 'if-modified-since': since }),
  };
}

describe('for any answers, changes, clocks and clients', () => {
  it('what has changed is sent, and what has not is not', () => {
    const reached = { sent: 0, byTag: 0, byDate: 0, changed: 0 };
    fc.assert(
      fc.property(fc.array(step, { size: 'max', maxLength: 60 }), (steps) => {
        const clock = { now };
        const changes = new LastChanges({ maxQuestions: 10, clock: () => clock.now });
        const bodies = new Map<number, number>();
        const copies = new Map<string, Copy>();
        for (const { later, question, client, changes: doesChange, body: next, by } of steps) {
          clock.now += later;
          if (doesChange) bodies.set(question, next);
          const body = bodies.get(question) ?? 0;
          const digest = questionDigest({
            ...{ path: '/', query: String(question), operationName: null, variables: null },
            viewer: { method: 'basic', name: 'ann', role: 'viewer' },
          });
          const tag = atOnce(entityTag(digest, { data: { body } }));
          const changedAt = changes.note(digest, tag);
          const copy = copies.get(`${client} ${question}`);
          const headers = headersOf(copy, by);
          const is304 = isUnchanged(new Headers(headers), { tag, changedAt }, changes.now);

          if (is304) expect(copy?.body).toBe(body);
          const isByTag = 'if-none-match' in headers;
          if (isByTag) expect(is304).toBe(copy?.body === body);
          if (copy && copy.body !== body) reached.changed++;
          if (is304) reached[isByTag ? 'byTag' : 'byDate']++;
          else reached.sent++;
          if (is304) continue;
          const lastModified = changedAt === null ? null : formatHttpDate(changedAt);
          const date = formatHttpDate(Math.floor(changes.now / 1_000));
          copies.set(`${client} ${question}`, { body, tag, lastModified, date });
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(30);
  });

  it('a date that was given is good for as long as nothing changes', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.array(fc.nat(5_000), { minLength: 1 }), (start, steps) => {
        const clock = { now: now + start };
        const changes = new LastChanges({ maxQuestions: 10, clock: () => clock.now });
        let given: string | null = null;
        for (const later of steps) {
          clock.now += later;
          const changedAt = changes.note('question', 'W/"a"');
          if (given !== null) {
            const headers = new Headers({ 'if-modified-since': given });
            expect(isUnchanged(headers, { tag: 'W/"a"', changedAt }, changes.now)).toBe(true);
          }
          if (changedAt !== null) given = formatHttpDate(changedAt);
        }
      }),
    );
  });
});
