/** What the README shows of conditional requests, run as it stands there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { programOutput } from '../../support/program.js';
import { describeWith } from '../../support/requirements.js';
import { startTestServer } from './test-server.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const [, script = ''] = /### Conditional requests[^]*?```sh\n([^]*?)```/.exec(readme) ?? [];
const shown = [...script.matchAll(/ # (.+)$/gm)].map(([, comment = '']) => comment.toLowerCase());

describeWith(['curl'], 'the examples of conditional requests in the README', () => {
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
