/** Bodies that kombu itself wrote (test/fixtures/kombu-bodies.py) are shown as Python shows their values. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeExactBody } from '../../../../src/celery/messages/message-body.js';
import { pythonRepr } from '../../../../src/celery/python/python-repr.js';

const written = z.object({
  serializer: z.string(),
  contentType: z.string(),
  contentEncoding: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  repr: z.string(),
});
const file = new URL('../../../fixtures/kombu-bodies.jsonl', import.meta.url);
const bodies = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => written.parse(JSON.parse(line)));

describe('decodeExactBody', () => {
  it.each(bodies)('reads $repr in $serializer', ({ repr, body, ...message }) => {
    const value = decodeExactBody({ ...message, body: Buffer.from(body, 'base64'), priority: null });
    expect(pythonRepr(value, 10_000)).toBe(repr);
  });
});
