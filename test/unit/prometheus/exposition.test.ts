import { describe, expect, it } from 'vitest';
import { Buckets } from '../../../src/prometheus/buckets.js';
import { Scrape } from '../../../src/prometheus/exposition.js';

function createScrape(): Scrape {
  const scrape = new Scrape();
  scrape.add('stored_tasks', { cluster: 'a' }, 7);
  scrape.add('stored_tasks', { cluster: 'b' }, 8);
  scrape.add('broker_reconnects_total', { cluster: 'a' }, 1);
  return scrape;
}

const withoutHelp = (text: string): string => text.replace(/^# HELP .*\n/gm, '');
const atOnce = (): Promise<void> => Promise.resolve();

describe('Scrape.text', () => {
  it('separates families by an empty line', async () => {
    expect(withoutHelp(await createScrape().text('text', atOnce))).toBe(
      [
        '# TYPE celeryql_broker_reconnects_total counter',
        'celeryql_broker_reconnects_total{cluster="a"} 1',
        '',
        '# TYPE celeryql_stored_tasks gauge',
        'celeryql_stored_tasks{cluster="a"} 7',
        'celeryql_stored_tasks{cluster="b"} 8',
        '',
      ].join('\n'),
    );
  });

  it('ends OpenMetrics once, behind the last family', async () => {
    expect(withoutHelp(await createScrape().text('openMetrics', atOnce))).toBe(
      [
        '# TYPE celeryql_broker_reconnects counter',
        'celeryql_broker_reconnects_total{cluster="a"} 1',
        '# TYPE celeryql_stored_tasks gauge',
        'celeryql_stored_tasks{cluster="a"} 7',
        'celeryql_stored_tasks{cluster="b"} 8',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('writes a histogram, the bound of a bucket as a float before the other labels', async () => {
    const buckets = new Buckets([0.5, 1]);
    buckets.observe(0.25);
    buckets.observe(4);
    const scrape = new Scrape();
    scrape.addHistogram('task_runtime_seconds', { cluster: 'a', name: null, queue: 'q' }, buckets);
    for (const format of ['text', 'openMetrics'] as const)
      expect(withoutHelp(await scrape.text(format, atOnce)).replace('# EOF\n', '')).toBe(
        [
          '# TYPE celeryql_task_runtime_seconds histogram',
          'celeryql_task_runtime_seconds_bucket{le="0.5",cluster="a",queue="q"} 1',
          'celeryql_task_runtime_seconds_bucket{le="1.0",cluster="a",queue="q"} 1',
          'celeryql_task_runtime_seconds_bucket{le="+Inf",cluster="a",queue="q"} 2',
          'celeryql_task_runtime_seconds_sum{cluster="a",queue="q"} 4.25',
          'celeryql_task_runtime_seconds_count{cluster="a",queue="q"} 2',
          '',
        ].join('\n'),
      );
  });

  it('escapes labels and help texts', async () => {
    const scrape = new Scrape();
    const family = { name: 'other', type: 'gauge', help: 'a "b"\n\\c' } as const;
    scrape.addOther(family, { text: 'a "b"\n\\c', none: null }, Infinity);
    scrape.addOther(family, {}, -Infinity);
    expect(await scrape.text('text', atOnce)).toBe(
      [
        '# HELP other a "b"\\n\\\\c',
        '# TYPE other gauge',
        'other{text="a \\"b\\"\\n\\\\c"} +Inf',
        'other -Inf',
        '',
      ].join('\n'),
    );
  });

  it('takes time for each family by the number of its values', async () => {
    const taken: number[] = [];
    await createScrape().text('text', async (ms) => void taken.push(ms));
    expect(taken).toEqual([0.003, 0.006]);
  });
});
