/** Sends the requests of a fuzz, as many clients at a time, and complains of what no answer may be. */
import { Agent, request } from 'node:http';
import type { FuzzRequest } from './fuzz-requests.js';

const deadlineMs = 30_000;
/** For the first item of a subscription to what may never happen. */
const streamMs = 1_000;
const connections = 12;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface FuzzReport {
  readonly sent: number;
  /** Answers with data, and items of subscriptions. */
  readonly withData: number;
  readonly streamed: number;
  /** Refused with LIMIT_EXCEEDED. */
  readonly refused: number;
  readonly largestBytes: number;
  /** What is wrong with an answer, and the request; ten at most. */
  readonly wrong: readonly string[];
}

/** @param maxBytes of an answer */
export async function sendFuzz(
  port: number,
  requests: { next(): FuzzRequest },
  { count, maxBytes = Infinity }: { readonly count: number; readonly maxBytes?: number },
): Promise<FuzzReport> {
  await using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: connections }), {
    [Symbol.asyncDispose]: async () => agent.destroy(),
  });
  const wrong: string[] = [];
  const seen = { sent: 0, withData: 0, streamed: 0, refused: 0, largestBytes: 0 };
  const client = async (): Promise<void> => {
    while (seen.sent < count && wrong.length < 10) {
      const number = seen.sent++;
      const next = requests.next();
      const found = await ask(port, agent, next).then(
        (answer) => {
          const { body } = answer;
          if (/"data":\{/.test(body)) seen.withData++;
          if (/^event: next/m.test(body)) seen.streamed++;
          if (body.includes('"LIMIT_EXCEEDED"')) seen.refused++;
          seen.largestBytes = Math.max(seen.largestBytes, Buffer.byteLength(body));
          return complaint(next, answer, maxBytes);
        },
        (error: unknown) => String(error),
      );
      const shown = `${next.method} ${next.path} ${next.body?.toString().slice(0, 1_000) ?? ''}`;
      if (found !== null) wrong.push(`${number}: ${found}: ${shown}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  return { ...seen, wrong };
}

function ask(port: number, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, agent, method, path, headers }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      const type = received['content-type'] ?? '';
      const chunks: Buffer[] = [];
      const done = (): void => {
        clearTimeout(deadline);
        resolve({ status, type, body: Buffer.concat(chunks).toString() });
      };
      // A stream has no end.
      const isStream = /event-stream|multipart/.test(type);
      const leave = (): void => {
        done();
        sent.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (isStream && /^event: /m.test(chunk.toString())) leave();
      });
      if (isStream) setTimeout(leave, streamMs);
      response.on('end', done);
      response.on('error', () => done());
    });
    const deadline = setTimeout(() => {
      sent.destroy();
      reject(new Error(`no answer within ${deadlineMs} ms`));
    }, deadlineMs);
    sent.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    sent.end(body);
  });
}

/** What is wrong with an answer; null when nothing is. */
function complaint(
  { method }: FuzzRequest,
  { status, type, body }: Answer,
  maxBytes: number,
): string | null {
  const isUnavailable = status === 503 && /"code":"[A-Z_]+"/.test(body);
  if (status >= 500 && !isUnavailable && !(method === 'HEAD' && status === 503))
    return `status ${status}`;
  if (body.includes('INTERNAL_SERVER_ERROR')) return 'a fault of the gateway';
  if (status >= 400 && method !== 'HEAD' && !type.includes('json'))
    return `${status} without a typed body`;
  if (Buffer.byteLength(body) > maxBytes) return `an answer of ${Buffer.byteLength(body)} bytes`;
  return null;
}
