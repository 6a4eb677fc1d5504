/** Publishes messages on a Redis with next to no work: each command is encoded before the clock runs. */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Commands that are written at once, at most. */
const chunk = 200;

function command({ channel, text }) {
  const size = Buffer.byteLength(text);
  return Buffer.from(
    `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${size}\r\n${text}\r\n`,
  );
}

export const encode = (messages) =>
  messages.map((message) => ({ bytes: command(message), events: message.events }));

/** One connection, whose answers are counted: how many commands Redis has not answered yet is bounded. */
export async function openPublisher({ port }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let unanswered = 0;
  let wake = null;
  socket.on('data', (data) => {
    for (const byte of data) if (byte === 10) unanswered--;
    wake?.();
  });
  const drained = async (most) => {
    while (unanswered > most) await new Promise((resolve) => (wake = resolve));
  };
  const write = async (encoded) => {
    unanswered += encoded.length;
    socket.write(Buffer.concat(encoded.map(({ bytes }) => bytes)));
    await drained(2 * chunk);
  };
  return {
    /** As fast as Redis takes them. */
    async publish(encoded) {
      for (let at = 0; at < encoded.length; at += chunk) await write(encoded.slice(at, at + chunk));
      await drained(0);
    },
    /**
     * @param messages any iterable; it is read as it is published
     * @param rate events a second, kept by the monotonic clock
     * @returns how many events were published, and the rate that was reached
     */
    async publishAt(messages, rate) {
      const started = performance.now();
      const passed = () => (performance.now() - started) / 1_000;
      const source = messages[Symbol.iterator]();
      let [events, isDone] = [0, false];
      while (!isDone) {
        const due = passed() * rate;
        const next = [];
        while (!isDone && events <= due && next.length < chunk) {
          const { value, done } = source.next();
          isDone = done === true;
          if (isDone) break;
          next.push(value);
          events += value.events;
        }
        if (next.length > 0) await write(next);
        if (!isDone && events > passed() * rate) await delay(1);
      }
      await drained(0);
      return { events, rate: events / passed() };
    },
    close: () => socket.destroy(),
  };
}
