/** What the process says of itself. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, describe } from 'vitest';
import { Scrape } from '../../../src/prometheus/exposition.js';
import { addProcess, watchProcess } from '../../../src/prometheus/process-metrics.js';

describe('addProcess', () => {
  it('shows the delay of the event loop without the interval at which it is measured', async () => {
    watchProcess();
    await delay(500);
    const scrape = new Scrape();
    await addProcess(scrape);
    const shown = /^nodejs_eventloop_lag_min_seconds (\S+)$/m.exec(await scrape.text('text'));
    // Of several measurements one is late by less than the interval, which is a part of each.
    expect(Number(shown?.[1])).toBeLessThan(0.1);
  });
});
