import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../support/eventually.js';
import { GzipFrame } from '../../../../src/http/gzip/gzip-frame.js';

const text = (bytes: Buffer | null): string => (bytes === null ? 'null' : gunzipSync(bytes).toString());

describe('GzipFrame', () => {
  it.each([
    ['', 'middle', ''],
    ['before ', 'middle', ''],
    ['', 'middle', ' after'],
    ['before ', 'mü'.repeat(10_000), ' after'],
    ['b'.repeat(65_535), 'middle', 'a'.repeat(65_535)],
  ])('is one text in gzip', (before, middle, after) => {
    const frame = new GzipFrame(Buffer.from(middle));

    const packed = frame.around(Buffer.from(before), Buffer.from(after));

    expect(text(packed)).toBe(before + middle + after);
  });

  it('has another beginning and end each time', () => {
    const frame = new GzipFrame(Buffer.from('middle'));

    expect(text(frame.around(Buffer.from('1'), Buffer.from('2')))).toBe('1middle2');
    expect(text(frame.around(Buffer.from('3'), Buffer.from('4')))).toBe('3middle4');
  });

  it('is null while a large text is compressed', async () => {
    const middle = 'large '.repeat(20_000);
    const frame = new GzipFrame(Buffer.from(middle));
    const none = Buffer.alloc(0);

    expect(frame.around(none, none)).toBeNull();
    await eventually(() => expect(text(frame.around(none, none))).toBe(middle));
  });

  it('is null around what is too long for one block', () => {
    const frame = new GzipFrame(Buffer.from('middle'));
    const none = Buffer.alloc(0);

    expect(frame.around(Buffer.alloc(65_536), none)).toBeNull();
    expect(frame.around(none, Buffer.alloc(65_536))).toBeNull();
  });
});
