/**
 * 10,000 requests, valid and broken, at a gateway in a process of its own: each is answered in time, none with a fault
 * of the gateway's, and it neither dies nor grows. CELERYQL_FUZZ_SEED repeats a run.
 */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { sendFuzz } from '../support/fuzz-client.js';
import { FuzzRequests } from '../support/fuzz-requests.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { connectTcp } from '../support/connect-tcp.js';

const count = 10_000;
const deadlineMs = 30_000;
/** Of V8, which otherwise takes what the machine has before it collects; a gateway that needs more dies of it. */
const heapMegabytes = 512;
const seed = Number(process.env['CELERYQL_FUZZ_SEED'] ?? Date.now() % 1e9);

async function residentMegabytes({ child: { pid } }: GatewayProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Bytes that are no request, to their end. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('close', () => resolve(text));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(deadlineMs, () => reject(new Error('the connection was not closed')));
    socket.end(bytes, 'latin1');
  });
}

describe('Requests as they come', () => {
  it(`are answered in time and in order (seed ${seed})`, { timeout: 600_000 }, async () => {
    const port = await freePort();
    const flags = ['--port', String(port), '--rate-limit', '0', '--log-level', 'error'];
    await using gateway = new GatewayProcess(port, flags, [`--max-old-space-size=${heapMegabytes}`]);
    await eventually(() => gateway.query('{ gateway { version } }'), 20_000);
    const requests = new FuzzRequests(schema, seed);
    const { wrong, sent, withData, streamed } = await sendFuzz(port, requests, { count });
    expect(wrong).toEqual([]);
    expect(sent).toBe(count);
    expect(withData).toBeGreaterThan(2_000);
    expect(streamed).toBeGreaterThan(20);

    expect(gateway.child.running).toBe(true);
    expect(gateway.child.log()).not.toMatch(/unexpected error|request failed|Unhandled|heap/);
    expect(await gateway.query('{ __typename }')).toEqual({ __typename: 'Query' });
    // The heap, and what is outside of it: code, stacks and buffers.
    expect(await residentMegabytes(gateway)).toBeLessThan(2 * heapMegabytes);
  });

  it('that are no HTTP are refused, and the next is answered', { timeout: 120_000 }, async () => {
    const port = await freePort();
    await using gateway = new GatewayProcess(port, ['--port', String(port), '--log-level', 'error']);
    await eventually(() => gateway.query('{ gateway { version } }'), 20_000);
    const attacks = [
      'nonsense\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET /graphql HTTP/9.9\r\n\r\n',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(50_000)}\r\n`,
      'GET http://[ HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n',
    ];
    for (const attack of attacks) {
      const answer = await raw(port, attack);
      expect(answer, attack.slice(0, 60)).toMatch(/^HTTP\/1\.1 4\d\d |^$/);
      if (answer !== '') expect(answer, attack.slice(0, 60)).toContain('"code":');
    }
    expect(await gateway.query('{ __typename }')).toEqual({ __typename: 'Query' });
    expect(gateway.child.log()).not.toMatch(/unexpected error|request failed|Unhandled/);
  });
});
