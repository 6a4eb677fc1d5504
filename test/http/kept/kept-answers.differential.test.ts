import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../src/access/password-hash.js';
import { seededRandom } from '../../../src/demo/random.js';
import { start } from '../../unit/celery/events/cluster.js';
import { TwinChanges } from './twin-changes.js';
import { TwinGateways } from './twin-gateways.js';
import type { TwinAnswer, TwinRequest } from './twin-gateways.js';
import { origins, TwinRequests } from './twin-requests.js';
import { authFile, clustersFile, initialClusters, initiallyGranted, password } from './twin-settings.js';

/** Any other by hand. */
const seed = Number(process.env['FUZZ_SEED'] ?? 809_061_261);
/** 100,000 and more by hand. */
const count = Number(process.env['KEPT_ANSWERS_REQUESTS'] ?? 5_000);

/** Ids that each gateway makes, and when an answer of REST was given, by the clock of the machine. */
const ofItsMoment = /"id":"[0-9a-f-]{36}"|^\{"timestamp":"[^"]*"/g;

/** Answers that show what other requests of the same moment do, or change what these show. */
const showsTheMoment =
  /cacheStats|audit|gateway|mutation|documentId|useCache=false|useCache: false|no-cache/;

function bypassOf({ headers }: TwinRequest): string {
  return headers['cache-control'] ?? '';
}

/** What differs by the moment at which it was sent. */
function comparable({ status, headers, body }: TwinAnswer): unknown {
  // Both forms of gzip are longer or shorter than each other; the length of the text is that of the body.
  const differing = headers['content-encoding'] === undefined ? ['date'] : ['date', 'content-length'];
  const stable = Object.entries(headers).filter(([name]) => !differing.includes(name));
  return { status, headers: Object.fromEntries(stable), body: body.replace(ofItsMoment, '') };
}

/** Whether all that was read came from caches: only such an answer can be given again. */
function isHit({ status, headers }: TwinAnswer): boolean {
  return (status === 200 || status === 304) && headers['x-cache'] === 'HIT';
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'twins-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function startTwins(passwordHash: string): Promise<TwinGateways> {
  const path = join(folder, 'auth');
  writeFileSync(path, authFile(initiallyGranted, passwordHash), { mode: 0o600 });
  return TwinGateways.start({
    now: start,
    authFile: path,
    clustersFile: clustersFile(initialClusters),
    args: [
      '--anonymous',
      'viewer',
      '--trusted-proxies',
      '127.0.0.1',
      '--cors-origins',
      origins[0],
      '--rate-limit',
      '100',
      '--rate-burst',
      '100',
      '--metrics',
      'true',
    ],
  });
}

describe('Kept answers', () => {
  it(`are those that an execution gives (seed ${seed})`, { timeout: 3_600_000 }, async () => {
    const random = seededRandom(seed);
    const passwordHash = await hashPassword(password, { ln: 10, r: 1, p: 1 });
    await using twins = await startTwins(passwordHash);
    const requests = new TwinRequests(random);
    const changes = new TwinChanges({ random, twins, passwordHash });
    let sent = 0;
    let hits = 0;
    let givenBefore = 0;
    const expectSame = (
      [kept, executed]: readonly (TwinAnswer | undefined)[],
      asked: TwinRequest,
    ): TwinAnswer => {
      if (kept === undefined || executed === undefined) throw new Error('Two have answered');
      sent++;
      const wasKept = twins.given > givenBefore; // of those that are sent together, one of them
      givenBefore = twins.given;
      expect(comparable(kept), JSON.stringify({ sent, wasKept, ...asked })).toEqual(
        comparable(executed),
      );
      if (isHit(executed)) hits++;
      return executed;
    };
    while (sent < count) {
      if (random() < 0.08) await changes.one();
      const { request, answered } = requests.next();
      const isTogether =
        random() < 0.05 && !showsTheMoment.test(`${request.path} ${request.body} ${bypassOf(request)}`);
      if (isTogether) twins.time.now += 200; // none of them is one too many
      const answer = expectSame(await twins.send(request), request);
      answered(answer);
      // Over connections of their own. Which of them comes first must not matter: all ask the same, and load nothing.
      await twins.settled();
      if (isTogether && isHit(answer) && isHit(expectSame(await twins.send(request), request))) {
        const together = [0, -1, -2].map((client) => ({ ...request, client }));
        const [kept = [], executed = []] = await twins.sendAll(together);
        for (const [index, one] of together.entries())
          answered(expectSame([kept[index], executed[index]], one));
      }
      if (sent % 250 < 3) {
        const [kept, executed] = await twins.records();
        expect(kept, `records after ${sent} requests`).toEqual(executed);
        if (sent > 3 && sent % 10_000 < 3)
          console.log(`${sent} answers are the same, ${twins.given} of them kept`);
      }
    }
    const [kept, executed] = await twins.records();
    expect(kept, `records after ${sent} requests`).toEqual(executed);
    const { given } = twins;
    console.log(`seed ${seed}: of ${sent} answers ${hits} were hits, and ${given} of these were kept`);
    // All clocks are the test's own: every machine keeps the same answers, but for connections that it closes itself.
    expect(given).toBeGreaterThan(hits / 5);
  });
});
