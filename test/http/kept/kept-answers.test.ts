import { createServer, IncomingMessage } from 'node:http';
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MetricsCache } from '../../../src/cache/metrics-cache.js';
import { KeptAnswer } from '../../../src/http/kept/kept-answer.js';
import type { KeptAnswerParts, KeptRead } from '../../../src/http/kept/kept-answer.js';
import { KeptAnswers, questionOf } from '../../../src/http/kept/kept-answers.js';

const caller = {
  viewer: { name: 'anna', role: 'viewer', method: 'bearer', expiresAt: null },
  clientAddress: '192.0.2.1',
} as const;

const entryBefore = '{"path":"p","cache":"c","status":"HIT","age":';
const entryAfter = ',"stale":false}';

/** A cache with one fresh entry, and a read of it. */
async function world(ttl = 5_000) {
  const clock = { now: 0 };
  const cache = new MetricsCache<string>({
    name: 'c',
    ttl,
    maxSize: 10,
    clock: () => clock.now,
  });
  const load = (): string => 'value';
  const read = await cache.read('key', load);
  const hit = cache.repeatable('key', load, {}, read);
  if (hit === null) throw new Error('The entry is not there');
  const reads: KeptRead[] = [{ hit, before: entryBefore, after: entryAfter }];
  return { clock, cache, reads };
}

const neverTimed = (): boolean => false;

function partsOf(reads: readonly KeptRead[], changes: Partial<KeptAnswerParts> = {}): KeptAnswerParts {
  return {
    mayTake: () => true,
    count: () => undefined,
    reads,
    countRequest: () => undefined,
    headers: [['x-fixed', 'yes']],
    bodyHeaders: [['content-type', 'application/json']],
    addTimed: neverTimed,
    opening: null,
    body: Buffer.from('{"data":1,"extensions":{"cache":{"status":"HIT","age":'),
    showsTimes: true,
    ...changes,
  };
}

interface Sent {
  readonly given: number | null;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a client receives when the answers are asked over HTTP. */
async function ask(give: (response: ServerResponse) => number | null): Promise<Sent> {
  let given: number | null = null;
  const server = createServer((_request, response) => {
    given = give(response);
    if (given === null) response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It listens on no port');
    const response = await fetch(`http://127.0.0.1:${address.port}/`);
    const { status, headers } = response;
    return { given, status, headers, text: await response.text() };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('KeptAnswer.give', () => {
  it('sends the body with the age and TTL that its entries have now', async () => {
    const { clock, reads } = await world();
    const answer = new KeptAnswer(partsOf(reads));
    clock.now = 1_500;

    const { given, status, headers, text } = await ask((response) => answer.give(response, caller, 0));

    expect([given, status]).toEqual([200, 200]);
    expect(text).toBe(
      `{"data":1,"extensions":{"cache":{"status":"HIT","age":1.5,"entries":[${entryBefore}1.5,"ttl":3.5,"stale":false}]}}}`,
    );
    expect(headers.get('x-fixed')).toBe('yes');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('content-length')).toBe(String(text.length));
  });

  it.each([
    ['small, of more than ASCII', 'ü'],
    ['large', 'x'.repeat(5_000)],
    ['large, of more than ASCII', 'ü'.repeat(5_000)],
  ])('sends a body whole that is %s', async (_what, text) => {
    const { reads } = await world();
    const parts = partsOf(reads, { body: Buffer.from(text), showsTimes: false, opening: () => '[' });
    const answer = new KeptAnswer(parts);

    const sent = await ask((response) => answer.give(response, caller, 0));

    expect(sent.text).toBe(`[${text}`);
  });

  it('reports the oldest age and the least TTL of its entries', async () => {
    const { clock, cache, reads } = await world();
    clock.now = 1_000;
    const load = (): string => 'younger';
    const younger = cache.repeatable('other', load, {}, await cache.read('other', load, { ttl: 500 }));
    if (younger === null) throw new Error('The entry is not there');
    const times: unknown[] = [];
    const answer = new KeptAnswer(
      partsOf([...reads, { hit: younger, before: '', after: '' }], {
        addTimed: (headers, shown) => {
          times.push(shown);
          headers.push('x-timed', 'yes');
          return false;
        },
      }),
    );
    clock.now = 1_200;

    const { headers } = await ask((response) => answer.give(response, caller, 0));

    expect(times).toEqual([{ age: 1_200, leastTtl: 300 }]);
    expect(headers.get('x-timed')).toBe('yes');
  });

  it('sends no body to a client that has it', async () => {
    const { reads } = await world();
    const answer = new KeptAnswer(partsOf(reads, { addTimed: () => true }));

    const { given, status, text, headers } = await ask((response) => answer.give(response, caller, 0));

    expect([given, status, text]).toEqual([304, 304, '']);
    expect(headers.get('content-type')).toBeNull();
  });

  it('counts the read, the request and the operation', async () => {
    const { cache, reads } = await world();
    const counted: string[] = [];
    const answer = new KeptAnswer(
      partsOf(reads, {
        count: ({ viewer }) => counted.push(viewer.name),
        countRequest: () => counted.push('request'),
      }),
    );

    await ask((response) => answer.give(response, caller, 0));

    expect(counted).toEqual(['request', 'anna']);
    expect(cache.getStats().hits).toBe(1);
  });

  it('is refused for an answer that read no cache', () => {
    expect(() => new KeptAnswer(partsOf([]))).toThrow(RangeError);
  });
});

describe('KeptAnswer.isFresh', () => {
  it('is true until the TTL of an entry has passed', async () => {
    const { clock, reads } = await world();
    const answer = new KeptAnswer(partsOf(reads));

    clock.now = 4_999;
    expect(answer.isFresh).toBe(true);
    clock.now = 5_000;
    expect(answer.isFresh).toBe(false);
  });

  it('is false when an entry was replaced by another of the same moment', async () => {
    const { cache, reads } = await world();
    const answer = new KeptAnswer(partsOf(reads));

    cache.set('key', 'value');

    expect(answer.isFresh).toBe(false);
  });
});

describe('KeptAnswers', () => {
  it('gives a kept answer to its question alone', async () => {
    using kept = new KeptAnswers();
    const { reads } = await world();
    kept.keep('asked', new KeptAnswer(partsOf(reads)));

    expect((await ask((response) => kept.answer('asked', caller, response))).given).toBe(200);
    expect((await ask((response) => kept.answer('other', caller, response))).given).toBeNull();
    expect(kept.stats).toMatchObject({ size: 1, hits: 1, stored: 1, outdated: 0, evictions: 0 });
  });

  it('drops an answer that is asked for when it is no longer fresh', async () => {
    using kept = new KeptAnswers();
    const { cache, reads } = await world();
    kept.keep('asked', new KeptAnswer(partsOf(reads)));
    cache.clear();

    expect((await ask((response) => kept.answer('asked', caller, response))).given).toBeNull();
    expect(kept.stats).toMatchObject({ size: 0, bytes: 0, hits: 0, outdated: 1 });
  });

  it('keeps an answer, and does not give it, while the client has asked too often', async () => {
    using kept = new KeptAnswers();
    const { reads } = await world();
    kept.keep('asked', new KeptAnswer(partsOf(reads, { mayTake: () => false })));

    expect((await ask((response) => kept.answer('asked', caller, response))).given).toBeNull();
    expect(kept.stats).toMatchObject({ size: 1, hits: 0 });
  });

  it('evicts those that were asked for longest ago when there are a thousand', async () => {
    using kept = new KeptAnswers();
    const { reads } = await world();
    const answer = new KeptAnswer(partsOf(reads));

    for (let at = 0; at < 1_001; at++) kept.keep(String(at), answer);

    expect(kept.stats).toMatchObject({ size: 1_000, maxSize: 1_000, stored: 1_001, evictions: 1 });
    expect((await ask((response) => kept.answer('0', caller, response))).given).toBeNull();
    expect((await ask((response) => kept.answer('1', caller, response))).given).toBe(200);
  });

  it('keeps no more than 16 MiB, and no answer of more than one', async () => {
    using kept = new KeptAnswers();
    const { reads } = await world();
    const large = new KeptAnswer(partsOf(reads, { body: Buffer.alloc(666_000) }));
    const tooLarge = new KeptAnswer(partsOf(reads, { body: Buffer.alloc(700_000) }));

    for (let at = 0; at < 20; at++) kept.keep(String(at), large);
    kept.keep('too large', tooLarge);

    expect(kept.stats).toMatchObject({ size: 16, stored: 20, evictions: 4, maxBytes: 16_777_216 });
    expect(kept.stats.bytes).toBeLessThanOrEqual(16_777_216);
  });

  it('drops in a sweep what can no longer be given', async () => {
    using kept = new KeptAnswers();
    const { cache, reads } = await world();
    const other = await world();
    kept.keep('old', new KeptAnswer(partsOf(reads)));
    kept.keep('fresh', new KeptAnswer(partsOf(other.reads)));
    cache.clear();

    kept.sweep();

    expect(kept.stats).toMatchObject({ size: 1, outdated: 0, evictions: 0 });
  });
});

describe('questionOf', () => {
  const asked = (method: string, url: string): IncomingMessage =>
    Object.assign(new IncomingMessage(new Socket()), { method, url });
  const admission = { caller, profile: '1' };

  it('is another one for another method, address, body and profile', () => {
    const questions = [
      questionOf(asked('GET', '/a'), admission, null),
      questionOf(asked('HEAD', '/a'), admission, null),
      questionOf(asked('GET', '/b'), admission, null),
      questionOf(asked('POST', '/a'), admission, Buffer.from('x')),
      questionOf(asked('POST', '/a'), admission, Buffer.from('y')),
      questionOf(asked('GET', '/a'), { caller, profile: '2' }, null),
    ];

    expect(new Set(questions).size).toBe(6);
  });

  it('is null for what is too long', () => {
    expect(questionOf(asked('POST', '/'), admission, Buffer.alloc(16_383))).not.toBeNull();
    expect(questionOf(asked('POST', '/'), admission, Buffer.alloc(16_384))).toBeNull();
  });
});
