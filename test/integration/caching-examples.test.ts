/** What docs/caching.md shows of conditional requests, run as it stands there. */
import { expect, it } from 'vitest';
import { readPage } from '../support/documentation.js';
import { programOutput } from '../support/program.js';
import { describeWith } from '../support/requirements.js';
import { startTestServer } from '../http/test-server.js';

const [, script = ''] =
  /## Conditional requests[^]*?```sh\n([^]*?)```/.exec(readPage('docs/caching.md')) ?? [];
const shown = [...script.matchAll(/ # (.+)$/gm)].map(([, comment = '']) => comment.toLowerCase());

describeWith(['curl'], 'the examples of conditional requests in docs/caching.md', () => {
  it('answer as it says', async () => {
    await using server = await startTestServer();
    await server.fetch('/api/v1/celery/queues/status');
    server.clock.now = 500;
    const here = script.replace('http://127.0.0.1:4000', server.origin);
    const stdout = await programOutput('sh', ['-ec', here], { timeout: 10_000 });
    expect(shown).toEqual(['304', '200', 'cache-status: celeryql; hit; ttl=2']);
    expect(stdout.toLowerCase().trim().split(/\r?\n/)).toEqual(shown);
  });
});
