import { describe, expect, it } from 'vitest';
import { BacklogPages } from '../../../../src/celery/transport/backlog-pages.js';

describe('BacklogPages', () => {
  it('copies bytes, so that those that it was given can be used again', () => {
    const pages = new BacklogPages();
    const bytes = Buffer.from('task-received');
    const { copied } = pages.copy(bytes);
    bytes.fill('x');
    expect(copied.toString()).toBe('task-received');
  });

  it('shares a page between messages, and frees it with the last of them', () => {
    const pages = new BacklogPages();
    const first = pages.copy(Buffer.from('first'));
    const second = pages.copy(Buffer.from('second'));
    expect(second.page).toBe(first.page);

    pages.release(first.page);
    expect(second.copied.toString()).toBe('second');
    pages.release(second.page);
    expect(second.copied).toHaveLength(0);
  });

  it('begins another page after one that was freed', () => {
    const pages = new BacklogPages();
    const first = pages.copy(Buffer.from('first'));
    pages.release(first.page);
    expect(pages.copy(Buffer.from('second')).copied.toString()).toBe('second');
  });

  it('begins another page when a message does not fit', () => {
    const pages = new BacklogPages();
    const first = pages.copy(Buffer.alloc(700_000, 'a'));
    const second = pages.copy(Buffer.alloc(700_000, 'b'));
    expect(second.page).not.toBe(first.page);

    pages.release(first.page);
    expect([first.copied.length, second.copied.length, second.copied.at(-1)]).toEqual([0, 700_000, 98]);
  });

  it('gives a message that is longer than a page one of its own', () => {
    const pages = new BacklogPages();
    const { copied } = pages.copy(Buffer.alloc(3_000_000, 'a'));
    expect([copied.length, copied.at(-1)]).toEqual([3_000_000, 97]);
  });
});
