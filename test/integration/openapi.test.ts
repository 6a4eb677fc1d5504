/** The OpenAPI document against a running gateway: a fuzzer sends what it allows, and what it does not. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { programOutput } from '../support/program.js';
import { pythonClient } from '../support/python-clients.js';
import { describeWith } from '../support/requirements.js';
import { launchGateway } from '../support/gateway-process.js';

describeWith(['python-clients'], 'the REST routes', () => {
  it('do what schema/openapi.json says, for all that a fuzzer sends', async () => {
    await using gateway = await launchGateway('embedded');
    const report = await programOutput(
      pythonClient('schemathesis'),
      [
        'run',
        `${gateway.origin}/api/v1/celery/openapi.json`,
        ...['--checks', 'all'],
        ...['--max-examples', '20'],
        '--no-shrink',
        '--no-color',
      ],
      { timeout: 60_000, cwd: await mkdtemp(join(tmpdir(), 'openapi-')) }, // where it keeps what it has found
    );

    expect(report).toContain('No issues found');
  });
});
