/**
 * A load generator for one server: some connections that are kept, one request at a time on each, written from one
 * buffer and read with as little work as can be, so that the server is what is measured.
 */
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { quantile } from './statistics.mjs';

export const connections = 16;

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** @returns {{ method: string, path: string, headers?: Record<string, string>, body?: string }} */
export const graphqlPost = (query, variables) => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify({ query, variables }),
});

/** The bytes of a request. */
export function requestBytes({ method, path, headers = {}, body }, port) {
  const lines = [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/** Reads the responses of one connection; `onResponse` gets the status, and head and body where `keep` is set. */
class ResponseReader {
  #pending = null;
  #missing = 0;
  #status = 0;
  #isChunked = false;
  #kept = [];

  constructor(onResponse, keep) {
    this.onResponse = onResponse;
    this.keep = keep;
  }

  push(chunk) {
    if (this.#status !== 0) return void this.#body(chunk);
    const data = this.#pending === null ? chunk : Buffer.concat([this.#pending, chunk]);
    const end = data.indexOf(headEnd);
    if (end < 0) return void (this.#pending = data);
    this.#pending = null;
    const head = data.latin1Slice(0, end + 2);
    this.#status = Number(head.slice(9, 12));
    this.head = head;
    this.#kept = [];
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    this.#isChunked = length === null && /\r\ntransfer-encoding: *chunked/i.test(head);
    this.#missing = length === null || this.#status === 304 ? 0 : Number(length[1]);
    this.#body(data.subarray(end + 4));
  }

  #body(chunk) {
    if (this.keep) this.#kept.push(chunk);
    if (this.#isChunked) {
      // The end of one chunk's text may come in two pieces: the last bytes are looked at together.
      const tail = this.#pending === null ? chunk : Buffer.concat([this.#pending, chunk]);
      if (!tail.subarray(-5).equals(lastChunk)) return void (this.#pending = tail.subarray(-5));
      this.#pending = null;
    } else {
      this.#missing -= chunk.length;
      if (this.#missing > 0) return;
    }
    const status = this.#status;
    this.#status = 0;
    this.onResponse(status, this.head, this.keep ? Buffer.concat(this.#kept) : null);
  }
}

/** One request on a connection of its own. @returns {Promise<{ status: number, head: string, body: Buffer }>} */
export function ask(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const reader = new ResponseReader((status, head, body) => {
      socket.destroy();
      resolve({ status, head, body });
    }, true);
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('the server closed the connection')));
    socket.write(requestBytes(request, port));
  });
}

/** The data of a GraphQL answer. @throws Error with the answer if it has errors */
export async function query(port, text, variables) {
  const { body } = await ask(port, graphqlPost(text, variables));
  const answer = JSON.parse(body.toString());
  if (answer.errors !== undefined || !answer.data) throw new Error(body.toString().slice(0, 500));
  return answer.data;
}

/**
 * Sends one request again and again for some seconds.
 *
 * @param request what is sent, or a function that makes the bytes of each request
 * @param expected status of every answer
 * @returns requests a second, and latencies in milliseconds
 * @throws Error if any answer has another status: a rejected request is no fast request
 */
export function load(port, request, { seconds, expected = 200, clients = connections }) {
  const bytes = typeof request === 'function' ? null : requestBytes(request, port);
  const waits = [];
  return new Promise((resolve, reject) => {
    const sockets = [];
    let open = clients;
    let failure = null;
    const started = performance.now();
    const end = started + seconds * 1_000;
    let last = started;
    const close = (socket) => {
      socket.destroy();
      if (--open > 0) return;
      if (failure !== null) return reject(failure);
      const took = (last - started) / 1_000;
      resolve({
        requests: waits.length,
        rate: waits.length / took,
        p50: quantile(waits, 0.5),
        p99: quantile(waits, 0.99),
      });
    };
    for (let at = 0; at < clients; at++) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      sockets.push(socket);
      let sent = 0;
      const send = () => {
        sent = performance.now();
        socket.write(bytes ?? request());
      };
      const fail = (error) => {
        failure ??= error;
        for (const other of sockets) other.destroy();
        reject(failure);
      };
      const reader = new ResponseReader((status) => {
        const now = performance.now();
        if (status !== expected) return fail(new Error(`answered ${status}, not ${expected}`));
        waits.push(now - sent);
        last = now;
        if (now >= end) return close(socket);
        send();
      }, false);
      socket.on('connect', send);
      socket.on('data', (chunk) => reader.push(chunk));
      socket.on('error', fail);
      socket.on('end', () => fail(new Error('the server closed a connection under load')));
    }
  });
}
