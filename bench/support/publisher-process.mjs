/**
 * Publishes fresh events at a rate, in a process of its own, so that it does not delay what is measured meanwhile.
 * `node publisher-process.mjs PORT RATE SECONDS BATCH`; sends how many events, and at which rate.
 */
import { eventBodies, messagesOf } from './events.mjs';
import { encode, openPublisher } from './publisher.mjs';

const [port, rate, seconds, size] = process.argv.slice(2).map(Number);
/** Tasks that are made at once. */
const step = 200;

/** Events of now: each step begins when the one before has been published. */
function* messages() {
  for (let [made, seed] = [0, Date.now()]; made < rate * seconds; made += 3 * step, seed++) {
    const events = eventBodies(step, { start: Date.now() / 1_000 - 10, rate: rate / 3, seed });
    yield* encode(messagesOf(events, size));
  }
}

const publisher = await openPublisher({ port });
process.send('ready');
const result = await publisher.publishAt(messages(), rate);
process.send(result);
process.disconnect();
publisher.close();
