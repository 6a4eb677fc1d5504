import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EnvelopeText } from '../../../../src/celery/messages/message.js';
import { readWaitingTask } from '../../../../src/celery/queues/task-message.js';

/** Messages as Celery 5.2.6 and 5.6.2 wrote them into Redis. */
const captured = readFileSync(
  new URL('../../../fixtures/task-messages-redis.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { payload: string }).payload);

const read = (text: string) => readWaitingTask(new EnvelopeText(text));
const capturedTask = (index: number) => read(captured[index] ?? '');

describe('readWaitingTask', () => {
  it('reads protocol 2 from the headers', () => {
    expect(capturedTask(0)).toEqual({
      id: '21636369-8b52-4b4a-97b7-50923ceb3ffd',
      name: 'demo.add',
      shadow: null,
      args: '(47, 77)',
      kwargs: '{}',
      eta: null,
      expires: null,
      retries: 0,
      priority: 0,
      rootId: '21636369-8b52-4b4a-97b7-50923ceb3ffd',
      parentId: null,
      groupId: null,
      contentType: 'application/json',
    });
  });

  it('reads an ETA with its offset', () => {
    expect(capturedTask(1).eta).toBe(Date.parse('2026-11-22T10:53:53.363Z'));
  });

  it('shows a task that has no name', () => {
    expect(capturedTask(2)).toMatchObject({ id: '3c40e325-4866-44ee-9eb7-8c395e876644', name: null });
  });

  it('reads protocol 1 from the body', () => {
    expect(capturedTask(3)).toMatchObject({
      id: '6018366c-f658-47a7-9ed3-4fe53a096533',
      name: 'demo.add',
      args: '(16, 24)',
      kwargs: '{}',
      retries: 0,
    });
  });

  it('shows a pickled task by its headers, and does not open its body', () => {
    expect(capturedTask(4)).toMatchObject({
      name: 'demo.echo',
      args: "('ünï', 1)",
      kwargs: "{'ser': 'pickle'}",
      contentType: 'application/x-python-serialize',
    });
  });

  it('reads a compressed task', () => {
    expect(capturedTask(5)).toMatchObject({
      id: '00000000-0000-4000-8000-00000000ab1b',
      name: 'demo.echo',
    });
  });

  it('has the priority', () => {
    expect(capturedTask(6)).toMatchObject({ name: 'demo.ranked', priority: 5 });
  });

  it('shows arguments of senders that leave their representations out', () => {
    const text = JSON.stringify({
      body: Buffer.from('[[1, "a"], {"b": true}, {}]').toString('base64'),
      'content-type': 'application/json',
      headers: { lang: 'js', task: 'demo.add', id: 'x' },
      properties: { body_encoding: 'base64' },
    });
    expect(read(text)).toMatchObject({ id: 'x', args: "(1, 'a')", kwargs: "{'b': True}" });
  });

  it.each([
    '',
    'x',
    '[]',
    '{"body":"%%%","content-type":"application/json","properties":{"body_encoding":"base64"}}',
  ])('knows nothing of what is not a message: %j', (text) => {
    expect(read(text)).toMatchObject({ id: null, name: null, contentType: null });
  });
});
