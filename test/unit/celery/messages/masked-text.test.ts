import { describe, expect, it } from 'vitest';
import { cutText } from '../../../../src/celery/tasks/task-text.js';
import { maskText, maxKeptText } from '../../../../src/celery/messages/masked-text.js';
import { standardRedactor, type Redaction } from '../../../../src/celery/redaction/redactor.js';
import { parseTaskMeta } from '../../../../src/celery/results/results.js';
import { trimValue } from '../../../../src/celery/messages/trimmed-value.js';
import { createState, parse, task } from '../events/cluster.js';

/** Counts the characters that are masked. */
class CountingRedaction implements Redaction {
  masked = 0;

  text(text: string): string {
    this.masked += text.length;
    return standardRedactor.text(text);
  }

  value(value: unknown): unknown {
    this.masked += JSON.stringify(value).length;
    return standardRedactor.value(value);
  }
}

const margin = 16_384;
const long = 'a word, '.repeat(500_000);
/** None of its pieces is in the text around it. */
const secret = 'Zq7QxWvKjHt9'.repeat(20);

describe('a text of four million characters', () => {
  it.each(['args', 'kwargs', 'result', 'exception', 'traceback'] as const)(
    'is masked as far as it may be kept: %s',
    (field) => {
      const redaction = new CountingRedaction();
      const { text, isCut } = maskText(field, long, redaction);
      expect(redaction.masked).toBeLessThan(maxKeptText + 2 * margin + 10);
      expect(isCut).toBe(true);
      expect(cutText(field, text, maxKeptText).length).toBe(maxKeptText);
    },
  );

  it('is marked as cut in the store though what was left out is not in it', () => {
    const { state, apply } = createState();
    apply(task('received', 't1', 0, { kwargs: `{'password': '${'x'.repeat(100_000)}'}`, args: '()' }));
    expect(state.task('t1')).toMatchObject({
      kwargs: "{'password': '********",
      truncated: ['kwargs'],
    });
  });

  it('keeps the end of a traceback', () => {
    const { text } = maskText(
      'traceback',
      `${'line\n'.repeat(50_000)}ValueError: boom`,
      standardRedactor,
    );
    expect(text.endsWith('line\nValueError: boom')).toBe(true);
  });

  it('is cut in an event before it is stored or passed on', () => {
    const { fields } = parse(task('failed', 't1', 0, { traceback: long, exception: 'E' })) as {
      fields: { traceback: string; cut: readonly string[] };
    };
    expect(fields.traceback.length).toBeLessThan(maxKeptText + 2 * margin + 10);
    expect(fields.cut).toEqual(['traceback']);
  });
});

describe('a secret at the cut', () => {
  /** Puts the secret everywhere around the place where the text is cut. */
  const places = Array.from({ length: 60 }, (_, at) => maxKeptText + margin - 300 + at * 10);

  it.each([
    ['by its name', (at: number) => `password='${secret}'`.padStart(at, 'a ')],
    ['of a service', (at: number) => ` ghp_${secret} `.padStart(at, 'a ')],
    ['that is a JWT', (at: number) => ` eyJ${secret}.${secret}.${secret} `.padStart(at, 'a ')],
    ['in a URL', (at: number) => ` redis://bob:${secret}@host `.padStart(at, 'a ')],
  ])('is not shown in part: one %s', (_name, text) => {
    for (const at of places) {
      // All that is before is a secret of its own, so that the place of the cut is shown.
      const before = `token='${'y'.repeat(12_000)}' `;
      const shown = maskText('kwargs', `${before}${text(at - before.length)}${long}`, standardRedactor);
      expect(shown.text.length).toBeGreaterThan(1_000);
      expect(shown.text).not.toMatch(/Zq7|QxWv|KjHt/);
    }
  });

  it('is not shown in part where the end of a traceback begins', () => {
    const tail = Math.ceil((maxKeptText * 3) / 4) + margin;
    for (let shift = 0; shift < 400; shift += 10) {
      const line = `  password = '${secret}'\n`;
      const rest = 'a line\n'.repeat(10_000).slice(0, tail - shift);
      const { text } = maskText('traceback', `${long}\n${line}${rest}`, standardRedactor);
      expect(text).not.toMatch(/Zq7|QxWv|KjHt/);
    }
  });
});

describe('a stored result', () => {
  const meta = (fields: object, redaction: Redaction) =>
    parseTaskMeta('t1', JSON.stringify({ status: 'SUCCESS', ...fields }), redaction);

  it('is masked as far as it may be kept', () => {
    const redaction = new CountingRedaction();
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: 'a name' }));
    const parsed = meta({ result: rows, args: [rows], kwargs: { rows }, traceback: long }, redaction);
    // Braces and quotes of JSON come on top.
    expect(redaction.masked).toBeLessThan(6 * (maxKeptText + 2 * margin));
    expect(parsed?.truncated).toEqual(['args', 'kwargs', 'result', 'traceback']);
    expect(parsed?.result?.startsWith("[{'id': 0, 'name': 'a name'}, {'id': 1")).toBe(true);
  });

  it('is shown as one that was cut where masks leave room for more', () => {
    const values = Array.from({ length: 40 }, () => ({ token: 'x'.repeat(1_000) }));
    const parsed = meta({ result: values }, standardRedactor);
    expect(parsed?.truncated).toEqual(['result']);
    expect(parsed?.result?.endsWith("'...']")).toBe(true);
    expect(parsed?.result).not.toContain('xxx');
  });

  it('has no progress where that is longer than what is kept', () => {
    const parsed = meta({ status: 'PROGRESS', result: { log: long } }, standardRedactor);
    expect(parsed?.progress).toBeNull();
  });
});

describe('a value', () => {
  it('is whole where it is short', () => {
    const value = { a: [1, 'b', null, { c: true }] };
    expect(trimValue(value)).toEqual({ value, isCut: false });
  });

  it('may be nested as deep as a message is long', () => {
    const depth = 100_000;
    const value = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
    expect(trimValue(value).isCut).toBe(true);
  });
});
